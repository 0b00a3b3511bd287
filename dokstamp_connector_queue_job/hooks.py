def uninstall_hook(env):
    """What waits for the job runner is the scheduled action's again."""
    env["queue.job"].search(env["queue.job"]._dokstamp_domain()).unlink()
    for cron in env["dokstamp.schedule"]._flushes():
        cron._trigger()
