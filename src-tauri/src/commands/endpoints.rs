//! Endpoints and their keys. A key comes in and never goes out.

use skein_core::Skein;
use skein_core::wire::{Endpoint, EndpointPatch, EndpointTest, FoundEndpoint, Model, NewEndpoint};
use tauri::State;

use super::{Answer, answer, blocking};

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn list_endpoints(skein: Handle<'_>) -> Answer<Vec<Endpoint>> {
    blocking(|| skein.list_endpoints())
}

#[tauri::command(async)]
pub fn add_endpoint(skein: Handle<'_>, new: NewEndpoint) -> Answer<Endpoint> {
    blocking(|| skein.add_endpoint(new))
}

#[tauri::command(async)]
pub fn change_endpoint(skein: Handle<'_>, id: String, patch: EndpointPatch) -> Answer<Endpoint> {
    blocking(|| skein.change_endpoint(&id, patch))
}

#[tauri::command(async)]
pub fn remove_endpoint(skein: Handle<'_>, id: String) -> Answer<()> {
    blocking(|| skein.remove_endpoint(&id))
}

#[tauri::command(async)]
pub fn set_default_endpoint(skein: Handle<'_>, id: String) -> Answer<Endpoint> {
    blocking(|| skein.set_default_endpoint(&id))
}

#[tauri::command(async)]
pub fn set_key(skein: Handle<'_>, id: String, key: String) -> Answer<Endpoint> {
    blocking(|| skein.set_key(&id, key.into()))
}

#[tauri::command(async)]
pub fn delete_key(skein: Handle<'_>, id: String) -> Answer<Endpoint> {
    blocking(|| skein.delete_key(&id))
}

#[tauri::command]
pub async fn test_endpoint(skein: Handle<'_>, id: String) -> Answer<EndpointTest> {
    answer(skein.test_endpoint(&id).await)
}

#[tauri::command]
pub async fn discover_endpoints(skein: Handle<'_>) -> Answer<Vec<FoundEndpoint>> {
    answer(skein.discover_endpoints().await)
}

#[tauri::command]
pub async fn list_models(skein: Handle<'_>, id: String) -> Answer<Vec<Model>> {
    answer(skein.list_models(&id).await)
}
