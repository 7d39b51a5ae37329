//! Times as a reader wants them. They come as RFC 3339 in UTC, and stay in UTC: a record is read anywhere.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Year, month, day, hour, minute, second; `None` if it is no such time.
pub fn fields(time: &str) -> Option<[u16; 6]> {
    let (date, clock) = time.split_once('T')?;
    let mut numbers = date.split('-').chain(clock.get(..8)?.split(':')).map(str::parse);
    let mut fields = [0; 6];
    for field in &mut fields {
        *field = numbers.next()?.ok()?;
    }
    Some(fields)
}

/// `22 November 2026`; a time that is none comes back as it is.
pub fn day(time: &str) -> String {
    fields(time)
        .and_then(|[year, month, day, ..]| {
            let month = MONTHS.get(usize::from(month).checked_sub(1)?)?;
            Some(format!("{day} {month} {year}"))
        })
        .unwrap_or_else(|| time.to_owned())
}

/// `14:02:11 UTC`, or nothing.
pub fn time(time: &str) -> String {
    fields(time)
        .map_or_else(String::new, |[_, _, _, hour, minute, second]| format!("{hour:02}:{minute:02}:{second:02} UTC"))
}
