//! Stored prompts: the library, and filling one.

use skein_core::Skein;
use skein_core::wire::{FilledPrompt, PlaceholderValues, Prompt, PromptPatch};
use tauri::State;

use super::{Answer, blocking};

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn list_prompts(skein: Handle<'_>) -> Answer<Vec<Prompt>> {
    blocking(|| skein.list_prompts())
}

#[tauri::command(async)]
pub fn create_prompt(skein: Handle<'_>, new: PromptPatch) -> Answer<Prompt> {
    blocking(|| skein.create_prompt(&new))
}

#[tauri::command(async)]
pub fn change_prompt(skein: Handle<'_>, id: String, patch: PromptPatch) -> Answer<Prompt> {
    blocking(|| skein.change_prompt(&id, &patch))
}

#[tauri::command(async)]
pub fn delete_prompt(skein: Handle<'_>, id: String) -> Answer<()> {
    blocking(|| skein.delete_prompt(&id))
}

#[tauri::command(async)]
pub fn fill_prompt(skein: Handle<'_>, id: String, values: PlaceholderValues) -> Answer<FilledPrompt> {
    blocking(|| skein.fill_prompt(&id, &values))
}
