def post_init_hook(env):
    """What was noted before without eLearning is noted anew."""
    for model, name in (
        ("survey.survey", "is_own_course"),
        ("survey.user_input", "is_enrollment"),
    ):
        records = env[model].with_context(active_test=False).search([])
        env.add_to_compute(records._fields[name], records)
