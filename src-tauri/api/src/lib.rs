//! The local API: the published HTTP calls, on loopback.
