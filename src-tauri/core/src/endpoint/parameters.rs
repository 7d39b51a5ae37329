//! Parameters: a person sets them under the names that Chat Completions gave them (`temperature`,
//! `top_p`, `max_tokens`, `stop`, `seed`, `reasoning_effort`), and each protocol has its own name
//! for some. Everything else goes along as it is. Pure.

use serde_json::Value;

use crate::wire::{JsonObject, Protocol};

/// Where Chat Completions and its kin put the most tokens of a reply.
const MOST_TOKENS: [&str; 2] = ["max_completion_tokens", "max_tokens"];

/// `over` laid over `under`, object into object; `null` takes a parameter away (RFC 7396).
pub fn merge(under: &JsonObject, over: &JsonObject) -> JsonObject {
    let mut merged = under.clone();
    for (name, value) in over {
        put(&mut merged, name, value.clone());
    }
    merged
}

fn put(object: &mut JsonObject, name: &str, value: Value) {
    match (object.get_mut(name), value) {
        (_, Value::Null) => drop(object.shift_remove(name)),
        (Some(Value::Object(before)), Value::Object(more)) => {
            more.into_iter().for_each(|(name, value)| put(before, &name, value));
        }
        (_, value) => drop(object.insert(name.to_owned(), value)),
    }
}

/// The beginning of a body: the parameters, each under the name that `names` gives it (a slash
/// leads into an object), the others as they are.
pub(super) fn named(parameters: &JsonObject, names: &[(&str, &str)]) -> JsonObject {
    let mut body = JsonObject::new();
    for (name, value) in parameters {
        let name = names.iter().find(|(ours, _)| ours == name).map_or(name.as_str(), |(_, theirs)| theirs);
        match name.split_once('/') {
            Some((outer, inner)) => {
                put(&mut body, outer, Value::Object(JsonObject::from_iter([(inner.into(), value.clone())])));
            }
            None => put(&mut body, name, value.clone()),
        }
    }
    body
}

/// The most tokens that a reply can have: as the parameters say, or as the protocol wants it said.
/// `None` leaves it to the endpoint.
pub fn reply_tokens(protocol: Protocol, model: &str, parameters: &JsonObject) -> Option<u64> {
    let asked = MOST_TOKENS.iter().find_map(|name| parameters.get(*name)?.as_u64());
    asked.or_else(|| match protocol {
        Protocol::AnthropicMessages => Some(super::anthropic_messages::most_tokens(model)),
        _ => None,
    })
}
