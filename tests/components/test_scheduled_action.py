from tests.components.declared import changes
from tests.components.scaled import OF_THE_SERVICE, made

AT_NIGHT = "aws:appautoscaling/scheduledAction:ScheduledAction web-night"


def test_a_schedule_sets_the_bounds_it_names():
    night = {"schedule": "cron(0 20 ? * MON-FRI *)", "min": 0, "max": 0}
    assert changes(made(), made(schedules={"night": night})) == {
        AT_NIGHT: {
            **OF_THE_SERVICE,
            "schedule": "cron(0 20 ? * MON-FRI *)",
            "timezone": "UTC",
            "scalableTargetAction": {"minCapacity": 0, "maxCapacity": 0},
        }
    }
    one = {"schedule": "at(2030-01-31T08:00:00)", "timezone": "Europe/Berlin", "max": 50}
    assert changes(made(schedules={"night": night}), made(schedules={"night": one})) == {
        AT_NIGHT: {
            "schedule": "at(2030-01-31T08:00:00)",
            "timezone": "Europe/Berlin",
            "scalableTargetAction": {"maxCapacity": 50},
        }
    }
