//! The window: the only code that knows Tauri. It translates between the page and the core's
//! handle, and decides nothing about threads.
//!
//! [`run`] makes sure that a store has one window, opens the store, and shows either the page
//! or, where the store cannot be opened, what is wrong with it. The page is treated as hostile:
//! it can call what `src-tauri/permissions` lists and nothing else, and cannot leave.

mod api;
mod cleaning;
mod commands;
mod destination;
mod menu;
mod notice;
mod opening;
mod place;
mod problem;
mod restoring;
mod single;
mod sink;
mod wanted;
mod watch;
mod web_view;
mod window;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use skein_core::wire::Door;
use skein_core::{OpenOptions, Skein};
use tauri::{App, AppHandle, Manager, RunEvent};

use api::Api;
use cleaning::Cleaning;
use problem::Problem;
use restoring::Outcome;
use single::{Claim, Wish};
use sink::WindowSink;
use wanted::Wanted;

pub use web_view::spare as spare_web_view;

/// How the program ends where no display answers; `skein` and the Makefile know it by the same number.
const NO_DISPLAY: u8 = 69;
/// The label of the window; the capability names it.
const MAIN: &str = "main";

/// Opens the window on the store in `dir`, with a thread if one is asked for, and stays until it
/// is closed. Where the store has a window already, that one comes forward instead. With a backup that
/// the window before has left, it waits for that one to end, and puts the backup in the store's place.
pub fn run(dir: PathBuf, thread: Option<String>, backup: Option<&str>) -> ExitCode {
    spare_web_view();
    if !window::display_answers() {
        eprintln!("There is no display to open a window on. The same conversation in the terminal: skein chat");
        return ExitCode::from(NO_DISPLAY);
    }
    let wish = Wish { thread };
    let claim = match backup.map_or_else(|| single::claim(&dir, &wish), |_| single::claim_after(&dir)) {
        Ok(Claim::First(claim)) => Some(claim),
        Ok(Claim::Unwritable) => None,
        Ok(Claim::Another) => {
            println!("Skein is open already; its window comes forward.");
            return ExitCode::SUCCESS;
        }
        Err(error) => return problem::show(&Problem::Folder(error), &dir),
    };
    let outcome = Outcome::of(&dir, backup);
    let code = match Skein::open(OpenOptions::new(&dir, Door::Window)) {
        Ok(skein) => open(skein, dir, Wanted::new(wish.thread), outcome),
        Err(error) => problem::show(&Problem::Store(error.detail()), &dir),
    };
    drop(claim);
    code
}

/// Runs the application around an open store.
fn open(skein: Skein, dir: PathBuf, wanted: Wanted, outcome: Outcome) -> ExitCode {
    let sink = Arc::new(WindowSink::default());
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(skein.clone())
        .manage(sink.clone())
        .manage(Api::new(skein.clone(), sink))
        .manage(Cleaning::default())
        .manage(wanted)
        .manage(commands::clipboard::Clipboard::default())
        .manage(work::Work::default())
        .manage(destination::Saved::default())
        .manage(restoring::Chosen::default())
        .manage(outcome)
        .invoke_handler(commands::all())
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .setup(move |app| {
            start(app, skein, dir)?;
            Ok(())
        })
        .build(context());
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    stop(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(app: &mut App, skein: Skein, dir: PathBuf) -> tauri::Result<()> {
    window::build(app, &dir)?;
    app.state::<Arc<WindowSink>>().start()?;
    window::end_on_signal(app.handle().clone(), dir.clone());
    watch::start(app.handle().clone(), skein.clone(), dir)?;
    cleaning::start(app.handle().clone(), skein)?;
    let app = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        // What goes wrong here is shown in the settings, where it can be put right.
        if let Err(error) = app.state::<Api>().apply().await {
            tracing::warn!(code = error.code().as_str(), "the local API did not start");
        }
    });
    Ok(())
}

/// Stops and saves what is running. The core takes two seconds at most, calls of the API five.
fn stop(app: &AppHandle) {
    let (skein, api) = (app.state::<Skein>(), app.state::<Api>());
    tauri::async_runtime::block_on(async { tokio::join!(api.stop(), skein.shutdown()) });
}

/// The configuration, the page and the permissions that were built in.
// What Tauri generates is not ours to keep tidy.
#[allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]
pub fn context() -> tauri::Context {
    tauri::tauri_build_context!()
}
