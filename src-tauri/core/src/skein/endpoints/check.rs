//! What an endpoint may be called, and what a key may look like. Pure.

use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::check_proxy;
use crate::keychain::key_variable;
use crate::store::endpoint::EndpointRow;
use crate::thread::RuleError;
use crate::wire::{EndpointOptions, JsonObject};

/// Characters of an endpoint's name.
const NAME_CHARS: usize = 64;
/// Characters of a model's name.
const MODEL_CHARS: usize = 200;
/// Bytes of a key; no keychain takes less.
const KEY_BYTES: usize = 2000;
/// Bytes of an organization's id.
const ORGANIZATION_BYTES: usize = 200;
/// Seconds to wait for the first word.
const FIRST_SECONDS: std::ops::RangeInclusive<u32> = 1..=3600;
/// Bytes of an endpoint's parameters.
const PARAMETERS_BYTES: usize = 16 * 1024;

const fn unfit(reason: &'static str, said: String) -> RuleError {
    RuleError::Unfit { reason, said }
}

/// Checks a name and trims it. Beside `others` it must stay its own even where case and
/// punctuation are lost, because its environment variable would give its key to another.
pub fn name<'a>(name: &str, others: impl IntoIterator<Item = &'a EndpointRow>) -> Result<String, RuleError> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=NAME_CHARS).contains(&length) || name.contains(|c: char| c == '/' || c.is_control()) {
        return Err(unfit(
            "endpoint_name",
            format!(
                "An endpoint's name has 1 to {NAME_CHARS} characters, no slash and no control characters. Nothing was changed."
            ),
        ));
    }
    let variable = key_variable(name);
    match others.into_iter().find(|other| key_variable(&other.name) == variable) {
        Some(other) => Err(unfit(
            "endpoint_taken",
            format!(
                "There is an endpoint {} already. Choose a name that differs in more than case and punctuation.",
                other.name
            ),
        )),
        None => Ok(name.to_owned()),
    }
}

/// Checks a model's name and trims it; an empty one is none.
pub fn model(model: Option<String>) -> Result<Option<String>, RuleError> {
    let Some(model) = model.map(|model| model.trim().to_owned()).filter(|model| !model.is_empty()) else {
        return Ok(None);
    };
    if model.chars().count() > MODEL_CHARS || model.contains(char::is_control) {
        let said = format!(
            "A model's name has at most {MODEL_CHARS} characters and no control characters. Nothing was changed."
        );
        return Err(unfit("model_name", said));
    }
    Ok(Some(model))
}

/// Checks what is peculiar to an endpoint; an empty organization or proxy is none.
pub fn options(options: EndpointOptions) -> Result<EndpointOptions, RuleError> {
    let organization = options.organization_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let is_proper = |id: &String| id.len() <= ORGANIZATION_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic());
    if !organization.as_ref().is_none_or(is_proper) {
        let said = format!(
            "An organization's id has at most {ORGANIZATION_BYTES} letters, digits and signs. Nothing was changed."
        );
        return Err(unfit("organization", said));
    }
    if !options.first_token_seconds.is_none_or(|seconds| FIRST_SECONDS.contains(&seconds)) {
        let said = "The time to wait for the first word is 1 to 3,600 seconds. Nothing was changed.";
        return Err(unfit("first_seconds", said.into()));
    }
    let proxy = options.proxy.as_deref().map(str::trim).filter(|proxy| !proxy.is_empty());
    if let Some(Err(why)) = proxy.map(check_proxy) {
        return Err(unfit("proxy", format!("{why} Nothing was changed.")));
    }
    Ok(EndpointOptions { organization_id: organization, proxy: proxy.map(str::to_owned), ..options })
}

/// Checks parameters, by their size only: what they mean is the endpoint's to say.
pub fn parameters(parameters: JsonObject) -> Result<JsonObject, RuleError> {
    if serde_json::json!(parameters).to_string().len() <= PARAMETERS_BYTES {
        return Ok(parameters);
    }
    let said = format!("The parameters have more than {PARAMETERS_BYTES} bytes (16 KB). Nothing was changed.");
    Err(unfit("parameters_size", said))
}

/// Checks a key and trims it; says nothing of what is in it.
pub fn key(key: SecretString) -> Result<SecretString, RuleError> {
    let text = key.expose_secret().trim();
    let refusal = if text.is_empty() {
        "The key is empty."
    } else if text.len() > KEY_BYTES {
        "The key is too long to be one: at most 2,000 characters."
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "The key holds characters that no key has, such as a space or a line break."
    } else if text.len() == key.expose_secret().len() {
        return Ok(key);
    } else {
        return Ok(text.to_owned().into());
    };
    Err(unfit("key_shape", format!("{refusal} It was not kept. Copy it again from where you got it.")))
}

/// The refusal to touch the practice endpoint.
pub fn practice_stays() -> RuleError {
    RuleError::InvalidRequest(
        "The practice endpoint is part of the program: it has no key or address and stays as it is.".into(),
    )
}
