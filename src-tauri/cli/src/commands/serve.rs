//! Serving the local API without a window, until told to end.

use secrecy::ExposeSecret;
use serde_json::json;
use skein_api::ServeOptions;
use skein_core::{Skein, TokenKept};

use crate::failure::Failure;
use crate::output::{Output, note};
use crate::signals::Signals;

/// Serves, and says on the first line where; then waits for Ctrl-C or for being ended. What runs
/// then is stopped and saved.
pub async fn run(skein: &Skein, port: Option<u16>, output: &Output) -> Result<u8, Failure> {
    let mut signals = Signals::listen()?;
    let port = port.map_or_else(|| skein.settings().map(|settings| settings.api.port), Ok)?;
    let access = skein.api_token()?;
    let options = ServeOptions { port, token: access.token.clone(), watch: None };
    let server = skein_api::start(skein.clone(), options).await.map_err(|error| Failure::Told(error.detail(), 1))?;
    // What is kept elsewhere is not shown on a screen.
    let token = (access.kept == TokenKept::ThisRun).then(|| access.token.expose_secret());
    let said = json!({
        "object": "server",
        "baseUrl": format!("http://{}/v1", server.address()),
        "port": server.address().port(),
        "token": token,
        "tokenKept": match access.kept {
            TokenKept::Keychain => "keychain",
            TokenKept::ThisRun => "this_run",
            TokenKept::Environment => "environment",
        },
    });
    output.value(&said, |_| {
        let address = format!("http://{}/v1", server.address());
        token.map_or_else(|| address.clone(), |token| format!("{address} token {token}"))
    })?;
    match access.kept {
        TokenKept::Keychain => note("The token is in the keychain; the window's settings copy and renew it."),
        TokenKept::ThisRun => note("There is no keychain to keep the token in, so it lasts for this run only."),
        TokenKept::Environment => note("The token is the one of SKEIN_API_TOKEN."),
    }
    signals.next().await;
    tokio::join!(server.stop(), skein.shutdown());
    Ok(0)
}
