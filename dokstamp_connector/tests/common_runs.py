"""A school that DokStamp knows in part, before anything of it is sent."""

from .common import DokstampCase


class RunCase(DokstampCase):
    """An account that is not connected; what its registry holds waits in the queue.

    `known` puts people into the sandbox as if somebody had entered them there.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        # as before Test connection was pressed, with the institution chosen
        self.account.write({"state": "draft", "database_uuid": False})

    def thirty_pupils(self):
        """Of whom 0 to 8 are at DokStamp already, pupil 8 with another gender."""
        people = self.pupils(30)
        self.known(people[:8])
        self.known(people[8], gender="other")
        people[8].gender = "female"
        return people

    def pupils(self, count, **values):
        """Students of the new account."""
        return self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Pupil {number}",
                    "email": f"pupil.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                    **values,
                }
                for number in range(count)
            ]
        )

    def known(self, records, **values):
        """DokStamp holds these already; `values` it has otherwise."""
        client = self.account._client()
        for record in records:
            body = {k: v for k, v in record._payload().items() if v is not None}
            client.students.create({**body, **values})

    def work(self):
        """The scheduled actions of runs and queue, until both have nothing to do."""
        for _round in range(3):
            self.run_cron("dokstamp_connector.ir_cron_run")
            self.flush()

    def rehearse(self):
        return self.started("rehearse")

    def first_load(self):
        return self.started("first_load")

    def started(self, kind):
        account = self.account.with_user(self.manager)
        action = getattr(account, f"action_{kind}")()
        return self.env["dokstamp.run"].browse(action["res_id"])

    def line_of(self, run, record):
        return self.env["dokstamp.run.line"].search(
            [
                ("run_id", "=", run.id),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ]
        )

    def written(self):
        """(method, path) of the requests that wrote."""
        calls = self.requests()
        return [one for one in calls if one[0] != "GET" and one[1] != "/oauth/token"]
