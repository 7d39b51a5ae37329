//! Serving the local API without a window, until told to end.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::json;
use skein_api::ServeOptions;
use skein_core::{Skein, TokenKept};

use crate::failure::Failure;
use crate::output::{Output, note};
use crate::signals::Signals;

/// Between two looks at what is due for clean-up.
const HOUR: Duration = Duration::from_hours(1);

/// Serves, and says on the first line where; then waits for Ctrl-C or for being ended. What runs
/// then is stopped and saved.
pub async fn run(skein: &Skein, port: Option<u16>, output: &Output) -> Result<u8, Failure> {
    let mut signals = Signals::listen()?;
    let port = port.map_or_else(|| skein.settings().map(|settings| settings.api.port), Ok)?;
    let access = skein.api_token()?;
    let options = ServeOptions { port, token: access.token.clone(), watch: None };
    let server = skein_api::start(skein.clone(), options).await.map_err(|error| Failure::Told(error.detail(), 1))?;
    // What is kept elsewhere is not shown on a screen.
    let fleeting = matches!(access.kept, TokenKept::ThisRun | TokenKept::WhileLocked);
    let token = fleeting.then(|| access.token.expose_secret());
    let said = json!({
        "object": "server",
        "baseUrl": format!("http://{}/v1", server.address()),
        "port": server.address().port(),
        "token": token,
        "tokenKept": match access.kept {
            TokenKept::Keychain => "keychain",
            TokenKept::ThisRun | TokenKept::WhileLocked => "this_run",
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
        TokenKept::WhileLocked => note(
            "The keychain is locked or does not answer, so this token lasts for this run only. The one that the keychain \
             holds is not changed: unlock it and start again to use that one.",
        ),
        TokenKept::Environment => note("The token is the one of SKEIN_API_TOKEN."),
    }
    let cleaning = tokio::spawn(clean_up(skein.clone()));
    signals.next().await;
    cleaning.abort();
    tokio::join!(server.stop(), skein.shutdown());
    Ok(0)
}

/// Applies the retention policy at start and every hour, and names what went to the bin.
async fn clean_up(skein: Skein) {
    let mut hours = tokio::time::interval(HOUR);
    loop {
        hours.tick().await;
        let skein = skein.clone();
        match tokio::task::spawn_blocking(move || skein.run_retention()).await {
            Ok(Ok(report)) => {
                for thread in &report.binned {
                    note(&format!(
                        "Nobody has used {} for long; it went to the bin, and `skein undelete` gives it back.",
                        thread.id
                    ));
                }
            }
            Ok(Err(error)) => note(&format!("What is due for clean-up could not be seen to: {error}")),
            Err(_) => return,
        }
    }
}
