//! What the tests share.

pub mod hostile;
pub mod keyring;
pub mod model_server;
#[cfg(unix)]
pub mod played;
pub mod tls;
