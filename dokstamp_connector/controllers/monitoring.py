"""How the accounts do, asked by a monitoring system."""

from odoo.http import Controller, request, route

HEALTH = "/dokstamp/health"
MAY_ASK = ("dokstamp_connector.group_manager", "dokstamp_connector.group_monitoring")
NOT_WELL = 503  # so that whoever knows no more than statuses hears of it


class Health(Controller):
    """How the accounts do, for a monitoring system: `docs/monitoring.md`."""

    @route(HEALTH, type="http", auth="bearer", methods=["GET"], readonly=True)
    def health(self, **_kwargs):
        """What `_health` tells of each account of the user's companies, and the
        heartbeats of our scheduled actions. 200: all are well; 503: one is not, or
        there is none; 403: the user may not ask; 401: without an API key.
        """
        user = request.env.user
        if not any(map(user.has_group, MAY_ASK)):
            return _answer({"error": self._refusal()}, 403)
        # sudo: numbers of the user's own companies, for a user without other rights
        accounts = request.env["dokstamp.account"].sudo()
        accounts = accounts.search([("company_id", "in", user.company_ids.ids)])
        told = [account._health() for account in accounts]
        is_well = told and all(one["status"] == "well" for one in told)
        works = {name for one in accounts for name in one._get_scheduled_works()}
        content = {
            "status": "well" if is_well else "trouble",
            "accounts": told,
            "scheduled_actions": request.env["dokstamp.schedule"]._heartbeats(
                sorted(works)
            ),
        }
        return _answer(content, 200 if is_well else NOT_WELL)

    def _refusal(self):
        return request.env._(
            "This user may not ask how DokStamp does. An administrator adds the group "
            "“DokStamp: monitoring” to it."
        )


def _answer(content, status):
    headers = {"Cache-Control": "no-store"}
    return request.make_json_response(content, headers=headers, status=status)
