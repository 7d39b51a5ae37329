//! Time, injected: the store and the responses ask a clock that a test can set.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// Where the time comes from.
#[derive(Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands until it is set.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn at(now: Millis) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now)))
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Set(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Milliseconds that the machine has run since some moment of this process, whatever its clock was set to
    /// meanwhile. A clock that is set takes the program along.
    pub fn running(&self) -> Millis {
        static START: OnceLock<Instant> = OnceLock::new();
        match self {
            Self::System => START.get_or_init(Instant::now).elapsed().as_millis() as Millis,
            Self::Set(now) => now.load(Ordering::SeqCst),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A moment as it stands on the wire: RFC 3339 UTC with milliseconds.
pub fn rfc3339(at: Millis) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// A moment as people read it, such as `22 November 2026, 09:12:34 UTC`; what is no RFC 3339 comes back as it is.
pub fn in_words(rfc3339: &str) -> String {
    let words = |at: Timestamp| at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string();
    rfc3339.parse().map_or_else(|_| rfc3339.to_owned(), words)
}

/// The day of a moment in a time zone by its IANA name, such as `2026-11-22`; UTC where the name is not known.
pub fn days_in(zone: &str) -> impl Fn(Millis) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    move |at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).date().to_string()
}
