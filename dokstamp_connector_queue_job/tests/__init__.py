from . import test_flush_jobs
from . import test_job_runner
