//! The models that can be asked.

use axum::Json;
use axum::extract::State;
use skein_core::wire::{ErrorBody, Model, Page};

use super::Desk;
use crate::error::ApiError;
use crate::json::Query;

/// List what the configured endpoints offer
#[utoipa::path(get, path = "/v1/models", tag = "models",
    responses((status = 200, description = "Every model; `endpoint/id` names one in a request", body = Page<Model>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn list(State(desk): State<Desk>, query: Query) -> Result<Json<Page<Model>>, ApiError> {
    query.end()?;
    let models = desk.skein.list_every_model().await?;
    let name = |model: &Model| format!("{}/{}", model.endpoint, model.id);
    Ok(Json(Page {
        object: "list".into(),
        first_id: models.first().map(name),
        last_id: models.last().map(name),
        data: models,
        has_more: false,
    }))
}
