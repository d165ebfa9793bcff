"""What a protocol says of a visit: vital limits before, during and after a dose, plausible values, times, the watch."""

from course.model.base import Carried


class VitalLimits(Carried):
    """Limits of vital signs, both ends inside: mmHg, beats a minute, percent, MOAA/S 0-5, dissociation 0-10.

    A sign without a limit is not asked for.
    """

    systolic_min: int | None = None
    systolic_max: int | None = None
    diastolic_min: int | None = None
    diastolic_max: int | None = None
    heart_rate_min: int | None = None
    heart_rate_max: int | None = None
    spo2_min: int | None = None
    sedation_min: int | None = None
    dissociation_max: int | None = None


BEFORE_DOSE = VitalLimits(
    systolic_min=90, diastolic_min=50, heart_rate_min=50, heart_rate_max=110, spo2_min=94, sedation_min=5,
    dissociation_max=0,
)  # fmt: skip
DURING = VitalLimits(
    systolic_min=90, systolic_max=180, diastolic_max=110, heart_rate_min=50, heart_rate_max=120, spo2_min=92
)
LEAVING = VitalLimits(
    systolic_min=90, systolic_max=160, diastolic_max=100, heart_rate_min=50, heart_rate_max=120, spo2_min=94,
    sedation_min=5, dissociation_max=0,
)  # fmt: skip
"""What counts where a protocol leaves its table out. [set]"""


PLAUSIBLE = VitalLimits(
    systolic_min=60, systolic_max=230, diastolic_min=30, diastolic_max=140, heart_rate_min=30, heart_rate_max=180,
    spo2_min=75,
)  # fmt: skip
"""What is asked once more where a protocol leaves its table out. [set]"""


class Doubt(Carried):
    """How far from what is expected a value is asked once more before it is written.

    A first weight outside `weight_kg_min` to `weight_kg_max`; a dose or a rate more than `dose_over_percent` over the
    order; a laboratory value above `lab_times_upper` x its upper limit; a birth date that makes fewer years than
    `age_years_min` or more than `age_years_max`.
    """

    weight_kg_min: int = 40
    weight_kg_max: int = 130
    dose_over_percent: int = 50
    lab_times_upper: int = 20
    age_years_min: int = 18
    age_years_max: int = 100


class SessionRules(Carried):
    """What a visit needs: blood pressure limits in mmHg, fasting hours, minutes watched after the end.

    Before a dose a reading counts for `readings_minutes`; during an infusion vital signs are taken every
    `vitals_minutes`. Who leaves is at most `leave_systolic_over` and
    `leave_diastolic_over` mmHg above the pressure before the dose.
    """

    systolic_refuse: int = 160
    diastolic_refuse: int = 100
    recheck_minutes: int = 15
    readings_minutes: int = 30
    systolic_sign: int = 140
    diastolic_sign: int = 90
    vitals_minutes: int = 15
    leave_minutes: int = 80
    leave_systolic_over: int = 20
    leave_diastolic_over: int = 20
    fasting_solids_hours: int = 6
    fasting_fluids_hours: int = 2
    weight_change_percent: int = 10
    over_order_percent: int = 10
