//! Bodies and queries, read strictly: JSON whatever the `Content-Type` says, no key twice, no
//! unknown field, and errors that name the place but never repeat a value.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use skein_core::Code;
use skein_core::thread::read_json;
use skein_core::wire::JsonObject;

use crate::error::ApiError;

/// Bytes of a body.
const BODY_BYTES: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A request's body, byte for byte.
pub struct Bytes(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        tokio::time::timeout(BODY_TIME, read(&head.headers, body)).await.unwrap_or_else(|_| {
            let words = format!("The body did not arrive within {} seconds. Nothing was done.", BODY_TIME.as_secs());
            Err(ApiError::invalid(words))
        })
    }
}

/// Reads a body. One that is too long is read to its end, so that whoever sends it hears the answer.
async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, ApiError> {
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(size) = stated.filter(|size| *size > BODY_BYTES)
        && headers.contains_key(header::EXPECT)
    {
        return Err(too_large(size));
    }
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| ApiError::invalid("The body was cut off. Nothing was done."))?;
        let Ok(data) = frame.into_data() else { continue };
        size += data.len();
        if size <= BODY_BYTES {
            bytes.extend_from_slice(&data);
        } else if size > 4 * BODY_BYTES {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if size > BODY_BYTES { Err(too_large(stated.unwrap_or(size))) } else { Ok(Bytes(bytes)) }
}

fn too_large(size: usize) -> ApiError {
    let words = format!(
        "The body takes {size} bytes; the limit is {BODY_BYTES} (32 MiB). Nothing was done. Split it and try again."
    );
    ApiError::new(Code::MessageTooLarge, words).with_size(size, BODY_BYTES)
}

impl Bytes {
    /// The body as a JSON object.
    pub fn object(&self) -> Result<Fields, ApiError> {
        let text = std::str::from_utf8(&self.0)
            .map_err(|_| ApiError::invalid("The body is not UTF-8 text. Nothing was done."))?;
        if text.trim().is_empty() {
            return Err(ApiError::invalid("The body is empty; it has to be a JSON object. Nothing was done."));
        }
        let value = read_json(text).map_err(|error| {
            ApiError::invalid(format!("The body cannot be read as JSON: {error}. Nothing was done."))
        })?;
        Fields::of(value, "The body", "")
    }

    /// The same; no body at all is an object without fields.
    pub fn object_or_nothing(&self) -> Result<Fields, ApiError> {
        if self.0.is_empty() { Fields::of(Value::Object(JsonObject::new()), "The body", "") } else { self.object() }
    }
}

/// The fields of an object, taken one by one; what is left in the end is unknown.
pub struct Fields {
    map: JsonObject,
    /// What stands before a field's name, such as `inputs[0].`.
    place: String,
}

impl Fields {
    fn of(value: Value, name: &str, place: &str) -> Result<Self, ApiError> {
        match value {
            Value::Object(map) => Ok(Self { map, place: place.into() }),
            other => Err(wrong(name, "an object", &other)),
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.map.shift_remove(key).filter(|value| !value.is_null())
    }

    fn name(&self, key: &str) -> String {
        format!("`{}{key}`", self.place)
    }

    /// A string; absent or `null` is none.
    pub fn string(&mut self, key: &str) -> Result<Option<String>, ApiError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(&self.name(key), "a string", &other)),
        }
    }

    /// `true` or `false`.
    pub fn truth(&mut self, key: &str) -> Result<Option<bool>, ApiError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(wrong(&self.name(key), "true or false", &other)),
        }
    }

    /// An object, as it is.
    pub fn map(&mut self, key: &str) -> Result<Option<JsonObject>, ApiError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(other) => Err(wrong(&self.name(key), "an object", &other)),
        }
    }

    /// One of a few words.
    pub fn word<T: DeserializeOwned>(&mut self, key: &str, words: &str) -> Result<Option<T>, ApiError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match serde_json::from_value(value) {
            Ok(word) => Ok(Some(word)),
            Err(_) => Err(ApiError::invalid(format!("{} has to be {words}. Nothing was done.", self.name(key)))),
        }
    }

    /// An array of objects, each read by `each`.
    pub fn list<T>(
        &mut self,
        key: &str,
        each: impl Fn(Fields) -> Result<T, ApiError>,
    ) -> Result<Option<Vec<T>>, ApiError> {
        let items = match self.take(key) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(wrong(&self.name(key), "an array", &other)),
        };
        let read = items.into_iter().enumerate().map(|(at, item)| {
            let place = format!("{}{key}[{at}]", self.place);
            each(Self::of(item, &format!("`{place}`"), &format!("{place}."))?)
        });
        read.collect::<Result<_, _>>().map(Some)
    }

    /// A string, or an object that `read` reads.
    pub fn string_or<T>(
        &mut self,
        key: &str,
        string: impl Fn(String) -> T,
        object: impl Fn(Fields) -> Result<T, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(string(text))),
            Some(value @ Value::Object(_)) => {
                object(Self::of(value, &self.name(key), &format!("{}{key}.", self.place))?).map(Some)
            }
            Some(other) => Err(wrong(&self.name(key), "a string or an object", &other)),
        }
    }

    /// Leaves fields aside that are known and of no use here; says which were there.
    pub fn leave(&mut self, known: impl Fn(&str) -> bool) -> Vec<String> {
        let left: Vec<String> = self.map.keys().filter(|key| known(key)).cloned().collect();
        for key in &left {
            self.map.shift_remove(key);
        }
        left
    }

    /// Refuses `null` as a value: where fields change something, it would be unclear what it means.
    pub fn refuse_null(&self) -> Result<(), ApiError> {
        match self.map.iter().find(|(_, value)| value.is_null()) {
            None => Ok(()),
            Some((key, _)) => Err(ApiError::invalid(format!(
                "{} is null. Leave out what is to stay as it is. Nothing was changed.",
                self.name(&short(key))
            ))),
        }
    }

    /// Refuses what is left, by name.
    pub fn end(self) -> Result<(), ApiError> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(key) => Err(unknown("field", &self.name(&short(key)))),
        }
    }
}

/// The parameters behind the `?`, taken one by one.
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// A parameter; twice is refused.
    pub fn one(&mut self, key: &str) -> Result<Option<String>, ApiError> {
        let mut given = self.0.extract_if(.., |(name, _)| name == key).map(|(_, value)| value);
        let first = given.next();
        if given.next().is_some() {
            return Err(ApiError::invalid(format!("The parameter `{key}` stands twice.")));
        }
        Ok(first)
    }

    /// A whole number within a range.
    pub fn number(&mut self, key: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.one(key)? else { return Ok(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(ApiError::invalid(format!(
                "The parameter `{key}` has to be a whole number from {} to {}.",
                range.start(),
                range.end()
            ))),
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, ApiError> {
        let Some(text) = self.one(key)? else { return Ok(None) };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*meaning));
        }
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Err(ApiError::invalid(format!("The parameter `{key}` has to be {}.", words.join(" or "))))
    }

    /// Refuses what is left, by name.
    pub fn end(self) -> Result<(), ApiError> {
        match self.0.first() {
            None => Ok(()),
            Some((key, _)) => Err(unknown("parameter", &format!("`{}`", short(key)))),
        }
    }
}

fn unknown(what: &str, name: &str) -> ApiError {
    let mut error = ApiError::invalid(format!("There is no {what} {name} here. Nothing was done. Check its spelling."));
    error.name(what, name.trim_matches('`'));
    error
}

/// Enough of a name to recognise it.
fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

fn wrong(name: &str, wanted: &str, value: &Value) -> ApiError {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    ApiError::invalid(format!("{name} has to be {wanted}, not {found}. Nothing was done."))
}
