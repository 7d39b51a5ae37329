//! Seals: checking them, and the key that signs them. Its private half stays in the keychain.

use skein_core::Skein;
use skein_core::wire::{KeyView, Progress, SealView, Verification, Verified};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, blocking};
use crate::work::Work;

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn get_seal(skein: Handle<'_>, id: String) -> Answer<Option<SealView>> {
    blocking(|| skein.seal(&id))
}

#[tauri::command(async)]
pub fn verify_thread(skein: Handle<'_>, id: String) -> Answer<Verification> {
    blocking(|| skein.verify_thread(&id))
}

/// Checks every seal. `job` names the work for [`stop_work`].
#[tauri::command(async)]
pub fn verify_all(
    skein: Handle<'_>,
    work: State<'_, Work>,
    job: String,
    progress: Channel<Progress>,
) -> Answer<Verified> {
    let piece = work.begin(&job);
    // A page that is gone needs to hear nothing.
    let mut tell = |at| drop(progress.send(at));
    blocking(|| skein.verify_all(&mut tell, &|| piece.stopped()))
}

#[tauri::command(async)]
pub fn stop_work(work: State<'_, Work>, job: String) {
    work.stop(&job);
}

#[tauri::command(async)]
pub fn signing_key(skein: Handle<'_>) -> Answer<KeyView> {
    blocking(|| skein.signing_key())
}

#[tauri::command(async)]
pub fn replace_signing_key(skein: Handle<'_>) -> Answer<KeyView> {
    blocking(|| skein.replace_signing_key())
}

/// Signs what could not be signed when it was sealed; answers how many.
#[tauri::command(async)]
pub fn sign_pending(skein: Handle<'_>) -> Answer<u32> {
    blocking(|| skein.sign_pending())
}
