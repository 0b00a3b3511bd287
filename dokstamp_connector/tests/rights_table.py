"""Who may do what: the tables that `test_rights_table` compares everything with.

`FIELDS`: model → state → who may write which fields. What is not named here must be
refused; what is, must not. A manager may write what a registrar may; nobody else may
write anything. `NEW` is a record that is being made, `KEPT` one without states.

`RECORDS`: model → what registrars and what managers do with records of their company:
read, write, create, unlink. Administrators are managers, `SYSTEMS` beside that; nobody
else does anything.

`METHODS`: model → public method → who may call it. Every public method that our addons
define must be named here. `ROUTES`: path → type and authentication.

`MIXINS`: models without records, whose methods stand at the models that inherit them.
"""

NEW, KEPT = "new", "kept"
REGISTRAR, MANAGER = "registrar", "manager"
OFFICE = "office"  # registrars of whatever company; the contact is nobody's
SYSTEM = "system"  # an administrator of Odoo; no role of ours is enough
PUBLIC = "public"  # without a login
ANYBODY = "anybody"  # with a login; it tells nothing, and opens what they may see


def by(*, registrar="", manager=""):
    """Role → names, of texts that list them."""
    own = set(registrar.split())
    managers = own | set(manager.split())
    return {REGISTRAR: own, MANAGER: managers, SYSTEM: managers}


NOBODY = by()
ENTITY = "company_id account_id active "
ACCOUNT = by(
    manager="active allows_sharing audit_values_months auth_method base_url "
    "certificate_document "
    "certificate_report_id client_id client_secret company_id held_changes_percent "
    "held_from_count held_removals_percent institution_id is_same_school issue_ceiling "
    "confirmation_ends_on needs_confirmation "
    "lang login max_in_flight name needs_approval notifies_students page_url_pattern "
    "alarm_failed_percent alarm_hours watches_volume "
    "password pause_from pause_until reconciles requests_per_minute responsible_id "
    "sign_documents signing_location signing_reason sync_mode tenant tz"
)
ACCOUNT[SYSTEM] = ACCOUNT[MANAGER] | {"signing_certificate_id"}
BADGED = "badge_image "
COHORT = by(registrar=ENTITY + "code course_id modality start_date end_date")
COURSE = by(
    registrar=ENTITY + BADGED + "area automatic_issue certificate_document "
    "certificate_report_id code cohort_ids curriculum_line_ids description "
    "enrollment_ids group_ids institution_id is_repeatable issue_delay name "
    "organization_id "
    "shows_grade status version workload_hours"
)
CURRICULUM_LINE = by(
    registrar=ENTITY + "course_id group_id is_required module_id order workload"
)
DRAFT = by(
    registrar="active cohort_id company_id conferral_date course_id enrollment_id "
    "exception_reason pdf run_id student_id"
)
ENROLLMENT = by(
    registrar=ENTITY + "cohort_id completed_at completion_status course_id enrolled_at "
    "grade hold_ids is_graded student_id"
)
INSTITUTION = by(
    registrar=ENTITY + BADGED + "country is_badges_enabled legal_name "
    "linkedin_organization name organization_ids signatory_ids status tax_id website"
)
MODULE = by(
    registrar=ENTITY + "code credits curriculum_line_ids description institution_id "
    "is_active is_required level modality name syllabus workload"
)
MODULE_GROUP = by(registrar=ENTITY + "course_id is_active name order")
ORGANIZATION = by(registrar=ENTITY + "code institution_id name")
SIGNATORY = by(manager="institution_id name sequence signature title")
SOURCE = by(
    manager="active company_id company_path domain entity field_ids lang model_id name "
    "relation sequence takes_unassigned trigger"
)
SOURCE_FIELD = by(
    manager="conversion cut field_name fixed_value method path scale sequence "
    "source_id text timezone value_ids"
)
SOURCE_FILE = by(manager="company_id data filename")
SOURCE_VALUE = by(manager="field_id from_value to_value")
STUDENT = by(
    registrar=ENTITY + "date_of_birth email enrollment_ids gender hold_ids name "
    "partner_id social_name"
)

FIELDS = {
    "dokstamp.account": {
        NEW: ACCOUNT,
        "draft": ACCOUNT,
        "connected": ACCOUNT,
        "paused": ACCOUNT,
    },
    "dokstamp.account.resumption": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.audit.log": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.badge.image": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.binding": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.certificate": {
        NEW: DRAFT,
        "draft": DRAFT,
        "failed": DRAFT,
        "queued": NOBODY,
        "issued": by(registrar="revocation_reason"),
        "revoked": NOBODY,
        "expired": NOBODY,
    },
    "dokstamp.certificate.archive": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.certificate.issue": {
        NEW: by(registrar="conferral_date confirmed line_ids reason"),
        KEPT: by(registrar="conferral_date confirmed line_ids reason"),
    },
    "dokstamp.certificate.issue.line": {
        NEW: NOBODY,
        KEPT: by(registrar="conferral_date exception_reason is_selected"),
    },
    "dokstamp.certificate.keeping": {
        NEW: by(registrar="certificate_ids reason"),
        KEPT: by(registrar="reason"),
    },
    "dokstamp.certificate.revocation": {
        NEW: by(registrar="certificate_ids reason"),
        KEPT: by(registrar="reason"),
    },
    "dokstamp.cohort": {NEW: COHORT, KEPT: COHORT},
    "dokstamp.course": {NEW: COURSE, KEPT: COURSE},
    "dokstamp.confirmation": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.correction": {
        NEW: NOBODY,
        "open": by(registrar="answer"),
        "declined": NOBODY,
    },
    "dokstamp.curriculum.line": {NEW: CURRICULUM_LINE, KEPT: CURRICULUM_LINE},
    "dokstamp.data.decision": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.data.issue": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.data.leaving": {
        NEW: by(registrar="issue_ids reason"),
        KEPT: by(registrar="reason"),
    },
    "dokstamp.enrollment": {NEW: ENROLLMENT, KEPT: ENROLLMENT},
    "dokstamp.erasure": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.flush.sender": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.hold": {
        NEW: by(registrar="end_date enrollment_id reason student_id"),
        "in force": by(registrar="active"),
        "lifted": NOBODY,
    },
    "dokstamp.institution": {NEW: INSTITUTION, KEPT: INSTITUTION},
    "dokstamp.institution.choice": {
        NEW: by(manager="country_id legal_name line_id name tax_id website"),
        KEPT: by(manager="country_id legal_name line_id name tax_id website"),
    },
    "dokstamp.institution.choice.line": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.issue.refusal": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.issue.run": {
        NEW: by(registrar="company_id name"),
        "running": NOBODY,
        "paused": NOBODY,
    },
    "dokstamp.mass.change": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.module": {NEW: MODULE, KEPT: MODULE},
    "dokstamp.module.group": {NEW: MODULE_GROUP, KEPT: MODULE_GROUP},
    "dokstamp.organization": {NEW: ORGANIZATION, KEPT: ORGANIZATION},
    "dokstamp.portfolio": {
        NEW: by(registrar=ENTITY + "bio is_public item_ids slug student_id"),
        KEPT: by(registrar="active bio is_public item_ids slug"),
    },
    "dokstamp.portfolio.item": {
        NEW: by(registrar=ENTITY + "certificate_id is_visible portfolio_id sort_order"),
        KEPT: by(registrar="active certificate_id is_visible sort_order"),
    },
    "dokstamp.register.entry": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.register.print": {
        NEW: by(registrar="institution_id year"),
        KEPT: by(registrar="institution_id year"),
    },
    "dokstamp.run": {NEW: by(manager="account_id kind"), KEPT: NOBODY},
    "dokstamp.run.candidate": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.run.line": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.left.difference": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.run.list": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.run.remote": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.share": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.share.opening": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.signatory": {NEW: SIGNATORY, KEPT: SIGNATORY},
    "dokstamp.source": {NEW: SOURCE, KEPT: SOURCE},
    "dokstamp.source.confirmation": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.source.field": {NEW: SOURCE_FIELD, KEPT: SOURCE_FIELD},
    "dokstamp.source.file": {NEW: SOURCE_FILE, KEPT: SOURCE_FILE},
    "dokstamp.source.link": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.source.reading": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.source.switch": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.source.value": {NEW: SOURCE_VALUE, KEPT: SOURCE_VALUE},
    "dokstamp.student": {NEW: STUDENT, KEPT: STUDENT},
    "dokstamp.student.erasure": {
        NEW: by(manager="confirmed"),
        KEPT: by(manager="confirmed"),
    },
    "dokstamp.sync.record": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.template.choice": {
        NEW: by(registrar="line_id"),
        KEPT: by(registrar="line_id"),
    },
    "dokstamp.template.choice.line": {NEW: NOBODY, KEPT: NOBODY},
    "dokstamp.year.closing": {
        NEW: by(manager="company_id course_ids ended_before"),
        KEPT: by(manager="company_id course_ids ended_before"),
    },
    "dokstamp.year.closing.line": {NEW: NOBODY, KEPT: by(manager="is_selected")},
}


RECORDS = {
    "dokstamp.account": ("r", "rwcu"),
    "dokstamp.account.resumption": ("", "rwc"),
    "dokstamp.audit.log": ("r", "r"),
    "dokstamp.badge.image": ("r", "r"),
    "dokstamp.binding": ("", "r"),
    "dokstamp.certificate": ("rwcu", "rwcu"),
    "dokstamp.certificate.archive": ("r", "r"),
    "dokstamp.certificate.issue": ("rwc", "rwc"),
    "dokstamp.certificate.issue.line": ("rwc", "rwc"),
    "dokstamp.certificate.keeping": ("rwc", "rwc"),
    "dokstamp.certificate.revocation": ("rwc", "rwc"),
    "dokstamp.cohort": ("rwcu", "rwcu"),
    "dokstamp.confirmation": ("r", "r"),
    "dokstamp.correction": ("rw", "rw"),
    "dokstamp.course": ("rwcu", "rwcu"),
    "dokstamp.curriculum.line": ("rwcu", "rwcu"),
    "dokstamp.data.decision": ("r", "r"),
    "dokstamp.data.issue": ("r", "r"),
    "dokstamp.data.leaving": ("rwc", "rwc"),
    "dokstamp.enrollment": ("rwcu", "rwcu"),
    "dokstamp.erasure": ("", "r"),
    "dokstamp.flush.sender": ("", "r"),
    "dokstamp.hold": ("rwc", "rwc"),
    "dokstamp.institution": ("rwcu", "rwcu"),
    "dokstamp.institution.choice": ("", "rwc"),
    "dokstamp.institution.choice.line": ("", "rwc"),
    "dokstamp.issue.refusal": ("r", "r"),
    "dokstamp.issue.run": ("rwc", "rwc"),
    "dokstamp.left.difference": ("", "ru"),
    "dokstamp.mass.change": ("r", "r"),
    "dokstamp.module": ("rwcu", "rwcu"),
    "dokstamp.module.group": ("rwcu", "rwcu"),
    "dokstamp.organization": ("rwcu", "rwcu"),
    "dokstamp.portfolio": ("rwcu", "rwcu"),
    "dokstamp.portfolio.item": ("rwcu", "rwcu"),
    "dokstamp.register.entry": ("r", "r"),
    "dokstamp.register.print": ("rwc", "rwc"),
    "dokstamp.run": ("r", "rwcu"),
    "dokstamp.run.candidate": ("r", "r"),
    "dokstamp.run.line": ("r", "r"),
    "dokstamp.run.list": ("r", "r"),
    "dokstamp.run.remote": ("", ""),
    "dokstamp.share": ("r", "r"),
    "dokstamp.share.opening": ("", ""),
    "dokstamp.signatory": ("r", "rwcu"),
    "dokstamp.source": ("r", "rwcu"),
    "dokstamp.source.confirmation": ("", ""),
    "dokstamp.source.field": ("r", "rwcu"),
    "dokstamp.source.file": ("", "rwc"),
    "dokstamp.source.link": ("r", "r"),
    "dokstamp.source.reading": ("", "r"),
    "dokstamp.source.switch": ("", "rwc"),
    "dokstamp.source.value": ("r", "rwcu"),
    "dokstamp.student": ("rwcu", "rwcu"),
    "dokstamp.student.erasure": ("", "rwc"),
    "dokstamp.sync.record": ("r", "r"),
    "dokstamp.template.choice": ("rwc", "rwc"),
    "dokstamp.template.choice.line": ("rwc", "rwc"),
    "dokstamp.year.closing": ("", "rwc"),
    "dokstamp.year.closing.line": ("", "rwc"),
}
SYSTEMS = {"dokstamp.source.confirmation": "rwc"}
# What Odoo gives every model, or those with a thread, and RPC can call → the arguments
# to try it with, of the name of a column.
INHERITED = {
    "action_archive": (),
    "action_unarchive": (),
    "action_reschedule_my_next_nextweek": (),
    "action_reschedule_my_next_today": (),
    "action_reschedule_my_next_tomorrow": (),
    "activity_feedback": (["mail.mail_activity_data_todo"],),
    "activity_reschedule": (["mail.mail_activity_data_todo"],),
    "activity_schedule": ("mail.mail_activity_data_todo",),
    "activity_search": (["mail.mail_activity_data_todo"],),
    "activity_send_mail": (1,),
    "activity_unlink": (["mail.mail_activity_data_todo"],),
    "check_access_rights": ("write", False),
    "check_access_rule": ("write",),
    "check_field_access_rights": lambda column: ["read", [column]],
    "copy": (),
    "copy_data": (),
    "copy_translations": (1,),
    "create": lambda column: [[{column: "1"}]],
    "default_get": lambda column: [[column]],
    "export_data": lambda column: [[column]],
    "fields_get": (),
    "formatted_read_group": lambda column: [[], [column], ["__count"]],
    "formatted_read_grouping_sets": lambda column: [[], [[column]], ["__count"]],
    "get_base_url": (),
    "get_empty_list_help": ("",),
    "get_external_id": (),
    "get_field_translations": lambda column: [column],
    "get_formview_action": (),
    "get_formview_id": (),
    "get_import_templates": (),
    "get_metadata": (),
    "get_property_definition": ("properties.a",),
    "get_view": (),
    "get_views": ([[False, "form"]],),
    "get_website_meta": (),
    "has_access": ("write",),
    "is_transient": (),
    "load": lambda column: [[column], [["1"]]],
    "mail_allowed_qweb_expressions": (),
    "mail_get_partner_fields": (),
    "message_change_thread": (1,),
    "message_get_followers": (),
    "message_mail_with_source": ("mail.message_origin_link",),
    "message_new": lambda column: [{"subject": "1"}, {column: "1"}],
    "message_notify": ([1], "Forged"),
    "message_parse": ("Subject: a", {}),
    "message_post": (),
    "message_post_with_source": ("mail.message_origin_link",),
    "message_process": ("dokstamp.student", "Subject: Forged\n\n"),
    "message_route": ("Subject: a", {}),
    "message_subscribe": ([1],),
    "message_unsubscribe": ([1],),
    "message_update": lambda column: [{}, {column: "1"}],
    "name_create": ("Forged",),
    "name_search": (),
    "notify_cancel_by_type": ("email",),
    "onchange": lambda column: [{column: "1"}, [column], {column: {}}],
    "rating_apply": (5,),
    "rating_send_request": (1,),
    "read": (),
    "read_group": lambda column: [[], [column], [column]],
    "read_progress_bar": lambda column: [[], column, {"field": column, "colors": {}}],
    "search": ([],),
    "search_count": ([],),
    "search_panel_select_multi_range": lambda column: [column],
    "search_panel_select_range": lambda column: [column],
    "search_read": (),
    "toggle_active": (),
    "unlink": (),
    "update_field_translations": lambda column: [column, {"en_US": "1"}],
    "view_header_get": (False, "form"),
    "web_name_search": ("", {"display_name": {}}),
    "web_override_translations": lambda column: [{column: "1"}],
    "web_read": lambda column: [{column: {}}],
    "web_read_group": lambda column: [[], [column]],
    "web_resequence": lambda column: [{}, column],
    "web_save": lambda column: [{column: "1"}, {column: {}}],
    "web_save_multi": lambda column: [[{column: "1"}], {column: {}}],
    "web_search_read": lambda column: [[], {column: {}}],
    "with_user": (1,),
    "write": lambda column: [{column: "1"}],
}
MIXINS = {
    "dokstamp.badge.bearer",
    "dokstamp.entity",
    "dokstamp.fed.mixin",
    "dokstamp.institution.member",
    "dokstamp.link.protection",
    "dokstamp.openeducat.form",
    "dokstamp.portfolio.entity",
    "dokstamp.record.line",
    "dokstamp.remote.choice",
    "dokstamp.remote.choice.line",
    "dokstamp.source.part",
    "dokstamp.traced.line",
    "dokstamp.write.protection",
}


def of(role, *names):
    return dict.fromkeys(names, role)


# every registry record has them
SENT = of(
    REGISTRAR,
    "action_sync_now",
    "action_open_awaited",
    "action_view_audit_trail",
    "action_open_dokstamp_page",
    "action_open_source_record",
)
METHODS = {
    "dokstamp.account": of(
        MANAGER,
        "action_test_connection",
        "action_pause",
        "action_resume",
        "action_choose_institution",
        "action_make_sources",
        "action_confirm_check_address",
        "action_ask_to_resume",
        "action_rehearse",
        "action_first_load",
        "action_reconcile",
    )
    | of(
        REGISTRAR,
        "action_view_data_issues",
        "action_view_failed",
        "action_view_queue",
        "action_view_runs",
        "action_view_reconciliations",
        "action_view_corrections",
    ),
    "dokstamp.account.resumption": of(MANAGER, "action_confirm"),
    "dokstamp.audit.log": of(REGISTRAR, "action_open_record", "action_open_origin"),
    "dokstamp.badge.image": SENT,
    "dokstamp.certificate": SENT
    | of(
        REGISTRAR,
        "action_issue",
        "action_draft",
        "action_revoke",
        "action_reissue",
        "action_open_reissue",
        "action_leave_as_is",
        "action_decide_again",
        "action_stop_automatic_issue",
        "action_download_documents",
        "action_preview",
        "action_open_verification",
        "action_open_replaces",
        "action_open_replaced_by",
    ),
    "dokstamp.certificate.archive": of(REGISTRAR, "action_download"),
    "dokstamp.certificate.issue": of(
        REGISTRAR,
        "action_issue",
        "action_prepare_drafts",
        "action_look_again",
        "action_select_all",
        "action_select_none",
    ),
    "dokstamp.certificate.issue.line": of(REGISTRAR, "action_mend", "action_preview"),
    "dokstamp.certificate.keeping": of(REGISTRAR, "action_confirm"),
    "dokstamp.certificate.revocation": of(REGISTRAR, "action_confirm"),
    "dokstamp.cohort": SENT | of(REGISTRAR, "action_view_enrollments"),
    "dokstamp.course": SENT
    | of(
        REGISTRAR,
        "action_view_enrollments",
        "action_view_certificates",
        "action_download_certificates",
        "action_choose_template",
        "action_remove_template",
    ),
    "dokstamp.correction": of(REGISTRAR, "action_accept", "action_decline"),
    "dokstamp.curriculum.line": SENT,
    "dokstamp.data.issue": of(
        REGISTRAR, "action_mend", "action_leave", "action_look_again"
    ),
    "dokstamp.data.leaving": of(REGISTRAR, "action_confirm"),
    "dokstamp.enrollment": SENT | of(REGISTRAR, "action_view_certificates"),
    "dokstamp.erasure": of(MANAGER, "action_open_record"),
    "dokstamp.hold": of(REGISTRAR, "action_lift"),
    "dokstamp.institution": SENT | of(REGISTRAR, "action_view_courses"),
    "dokstamp.institution.choice": of(
        MANAGER, "action_use", "action_create_from_company", "action_try_again"
    ),
    "dokstamp.mass.change": of(MANAGER, "action_send", "action_discard")
    | of(REGISTRAR, "action_view_rows"),
    "dokstamp.issue.run": of(
        REGISTRAR,
        "action_pause",
        "action_resume",
        "action_retry_failed",
        "action_view_refused",
        "action_draft",
        "action_issue_drafts",
        "action_download_documents",
        "action_view_certificates",
    ),
    "dokstamp.module": SENT,
    "dokstamp.module.group": SENT,
    "dokstamp.organization": SENT,
    "privacy.lookup.wizard.line": of(SYSTEM, "action_unlink"),
    "dokstamp.portfolio": SENT
    | of(REGISTRAR, "action_publish", "action_hide", "action_add_certificates"),
    "dokstamp.portfolio.item": SENT,
    "dokstamp.register.entry": of(REGISTRAR, "action_open_certificate"),
    "dokstamp.register.print": of(REGISTRAR, "action_print"),
    "dokstamp.left.difference": of(MANAGER, "action_ask_again"),
    "dokstamp.run": of(MANAGER, "action_repair_all")
    | of(MANAGER, "action_pause", "action_resume", "action_cancel", "action_first_load")
    | of(REGISTRAR, "action_view_lines"),
    "dokstamp.run.candidate": of(REGISTRAR, "action_link"),
    "dokstamp.run.line": of(MANAGER, "action_repair", "action_take_in", "action_leave")
    | of(
        REGISTRAR,
        "action_open_record",
        "action_link",
        "action_another",
        "action_decide_again",
    ),
    "dokstamp.setup": of(OFFICE, "get_panel")
    | of(MANAGER, "action_put_away", "action_bring_back"),
    "dokstamp.share": of(REGISTRAR, "action_take_back"),
    "dokstamp.source": of(
        MANAGER,
        "action_read_all",
        "action_export_definitions",
        "action_switch_on",
        "action_switch_off",
        "action_delete",
    )
    | of(SYSTEM, "action_confirm_reading")
    | of(REGISTRAR, "action_view_links", "action_view_matching"),
    "dokstamp.source.confirmation": of(SYSTEM, "action_confirm"),
    "dokstamp.source.file": of(MANAGER, "action_look", "action_import"),
    "dokstamp.source.switch": of(MANAGER, "action_confirm"),
    "dokstamp.source.link": of(
        REGISTRAR,
        "action_open_source_record",
        "action_open_registry_record",
        "action_same_person",
        "action_another_person",
        "action_accept_changes",
    )
    | of(MANAGER, "action_take_again"),
    "dokstamp.student": SENT
    | of(
        REGISTRAR,
        "action_view_certificates",
        "action_open_portfolio",
        "action_view_to_decide",
        "action_view_corrections",
        "action_view_shares",
        "action_this_one_stays",
    )
    | of(MANAGER, "action_erase"),
    "dokstamp.student.erasure": of(MANAGER, "action_confirm"),
    "dokstamp.sync.record": of(MANAGER, "action_retry", "action_cancel")
    | of(REGISTRAR, "action_open_record", "action_open_origin"),
    "dokstamp.template.choice": of(REGISTRAR, "action_use", "action_try_again"),
    "dokstamp.year.closing": of(
        MANAGER, "action_look", "action_look_again", "action_close"
    ),
    "res.partner": of(OFFICE, "action_view_dokstamp_student")
    | of(ANYBODY, "action_view_dokstamp_certificates"),
}
ROUTES = {
    "/dokstamp/health": ("http", "bearer"),
    "/dokstamp/check": ("http", "public"),
    "/dokstamp/check/<path:token>": ("http", "public"),
    "/dokstamp/check/<string:token>": ("http", "public"),
    "/dokstamp/shared/<string:token>": ("http", "public"),
    "/dokstamp/shared/<string:token>/<int:certificate_id>/pdf": ("http", "public"),
    "/my/certificates": ("http", "user"),
    "/my/certificates/page/<int:page>": ("http", "user"),
    "/my/certificates/<int:certificate_id>/pdf": ("http", "user"),
    "/my/certificates/details": ("http", "user"),
    "/my/certificates/details/<int:student_id>/confirm": ("http", "user"),
    "/my/certificates/details/<int:student_id>/correction": ("http", "user"),
    "/my/certificates/details/<int:student_id>/withdraw": ("http", "user"),
    "/my/certificates/links": ("http", "user"),
    "/my/certificates/links/new": ("http", "user"),
    "/my/certificates/links/<int:share_id>/take-back": ("http", "user"),
}
