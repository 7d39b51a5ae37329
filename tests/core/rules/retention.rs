//! Retention's rules: what is due, when the bin erases, and what the clock is believed.

use skein_core::thread::retention::{BinStep, DAY, Watch, bin_step, check_policy, reasons};
use skein_core::wire::{DueReason::*, Retention};

const NOW: i64 = 1_795_000_000_000;

#[test]
fn a_thread_is_due_on_the_day_it_reaches_a_limit() {
    let policy = Retention::default();
    for (rests, age, expected) in [
        (0, 0, &[][..]),
        (90 * DAY - 1, 365 * DAY - 1, &[]),
        (90 * DAY, 90 * DAY, &[Inactivity]),
        (1, 365 * DAY, &[Age]),
        (400 * DAY, 400 * DAY, &[Inactivity, Age]),
    ] {
        assert_eq!(reasons(&policy, NOW - rests, NOW - age, NOW), expected, "{rests} {age}");
    }
}

#[test]
fn a_policy_has_at_least_one_day() {
    for (days, fits) in [(0, false), (1, true), (36_500, true), (36_501, false)] {
        let inactivity = Retention { inactivity_days: days, ..Retention::default() };
        let age = Retention { age_days: days, ..Retention::default() };
        assert_eq!([check_policy(&inactivity).is_ok(), check_policy(&age).is_ok()], [fits; 2], "{days}");
    }
}

#[test]
fn the_bin_erases_after_30_days_and_a_day_after_notice() {
    let day = |n: i64| NOW + n * DAY;
    for (announced, now, expected) in [
        (None, day(22), BinStep::Keep),
        (None, day(23), BinStep::Announce),
        (None, day(99), BinStep::Announce),
        (Some(day(23)), day(30) - 1, BinStep::Keep),
        (Some(day(23)), day(30), BinStep::Erase),
        (Some(day(99)), day(100) - 1, BinStep::Keep),
        (Some(day(99)), day(100), BinStep::Erase),
        (Some(day(3000)), day(31), BinStep::Announce),
        (Some(day(3000)), day(3), BinStep::Keep),
    ] {
        assert_eq!(bin_step(NOW, announced, now), expected, "{announced:?} {now}");
    }
}

#[test]
fn a_jump_of_the_clock_asks_for_a_day_of_running_time() {
    let hour = DAY / 24;
    let calm = Watch::first(NOW);
    for (step, ran, wait) in [
        (hour, hour, 0),
        (7 * DAY, 0, 0),
        (7 * DAY + 1, 0, DAY),
        (-7 * DAY - 1, 0, DAY),
        // It ran all along, so the clock did not jump.
        (40 * DAY, 40 * DAY, 0),
        (40 * DAY, hour, DAY),
    ] {
        assert_eq!(calm.next(NOW + step, ran).wait, wait, "{step} {ran}");
    }
    let jumped = calm.next(NOW + 40 * DAY, 0);
    let later = |watch: Watch, step, ran| watch.next(watch.seen + step, ran);
    assert_eq!(later(jumped, 5 * DAY, 0).wait, DAY, "time passes without running");
    assert_eq!(later(jumped, hour, 23 * hour).wait, 23 * hour, "another process has counted the rest");
    assert_eq!(later(later(jumped, 23 * hour, 23 * hour), hour, hour).wait, 0);
    assert_eq!(later(later(jumped, 23 * hour, 23 * hour), 8 * DAY, 0).wait, DAY, "it jumped again");
}
