//! Numbers and times as people read them. Times are UTC.

use std::time::Duration;

use ds_core::{
    Timestamp,
    usage::{Day, Hour},
};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `22 Nov`
pub(super) fn day(day: Day) -> String {
    let date = day.to_string();
    let mut parts = date.rsplit('-');
    let number = parts.next().unwrap_or_default().trim_start_matches('0');
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    let month = month.and_then(|month| MONTHS.get(month.checked_sub(1)?));
    month.map_or_else(|| date.clone(), |month| format!("{number} {month}"))
}

/// `22 Nov, 14:00`
pub(super) fn hour(hour: Hour) -> String {
    format!("{}, {:02}:00", day(hour.day()), hour.0.rem_euclid(24))
}

/// `22 Nov 2026`
pub(crate) fn date(time: Timestamp) -> String {
    let of = Day::of(time);
    let year = of.to_string();
    let year = year.split('-').next().unwrap_or_default();
    format!("{} {year}", day(of))
}

/// `22 Nov, 14:05`
pub(crate) fn time(time: Timestamp) -> String {
    format!("{}, {}", day(Day::of(time)), clock(time))
}

/// `14:05`
pub(super) fn clock(time: Timestamp) -> String {
    let minutes = time.0.div_euclid(60_000).rem_euclid(24 * 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}")
}

/// A length of time, short: `340 ms`, `12 s`, `3.5 min`, `2.0 h`.
pub(super) fn length(length: Duration) -> String {
    let seconds = length.as_secs_f64();
    match seconds {
        0.0 => "0 s".to_owned(),
        ..0.001 => "under 1 ms".to_owned(),
        ..1.0 => format!("{:.0} ms", seconds * 1000.0),
        ..10.0 => format!("{seconds:.1} s"),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.1} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

/// A size that is known in MiB: `0.2 MiB`, `300 MiB`, `1.5 GiB`.
pub(super) fn mib(mib: f64) -> String {
    match mib {
        0.0 => "0 MiB".to_owned(),
        ..0.05 => "under 0.1 MiB".to_owned(),
        ..10.0 => format!("{mib:.1} MiB"),
        ..1000.0 => format!("{mib:.0} MiB"),
        _ => format!("{:.1} GiB", mib / 1024.0),
    }
}

/// `12,345`
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let at = Timestamp(1_795_356_300_000);
        assert_eq!(time(at), "22 Nov, 14:05");
        assert_eq!(date(at), "22 Nov 2026");
        assert_eq!(hour(Hour::of(at)), "22 Nov, 14:00");
        assert_eq!(day(Day::of(Timestamp(0))), "1 Jan");
    }

    #[test]
    fn lengths_and_sizes() {
        let check = |ms: u64, expect: &str| {
            assert_eq!(length(Duration::from_millis(ms)), expect);
        };
        check(0, "0 s");
        check(340, "340 ms");
        check(1_240, "1.2 s");
        check(119_000, "119 s");
        check(120_000, "2.0 min");
        check(7_200_000, "2.0 h");
        check(864_000_000, "10.0 days");
        assert_eq!(length(Duration::from_micros(12)), "under 1 ms");
        assert_eq!(mib(0.0), "0 MiB");
        assert_eq!(mib(0.01), "under 0.1 MiB");
        assert_eq!(mib(9.94), "9.9 MiB");
        assert_eq!(mib(300.4), "300 MiB");
        assert_eq!(mib(10_240.0), "10.0 GiB");
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }
}
