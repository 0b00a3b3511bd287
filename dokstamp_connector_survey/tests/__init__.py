from . import test_survey_feed
