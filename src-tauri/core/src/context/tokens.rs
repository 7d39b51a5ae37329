//! Counting tokens: estimated on the safe side, or with a model family's own tokenizer.
//!
//! The estimate: three letters or spaces of ASCII a token, two digits or signs, one token for a
//! character of two bytes (Cyrillic, Greek, Arabic, ...), one and a half for one of three (Chinese,
//! Japanese, Korean, ...), three for one of four (emoji). Common tokenizers need a quarter to a
//! half less for prose in their own languages.
//!
//! The tokenizers are those of `OpenAI`, whose dictionaries are published
//! (<https://github.com/openai/tiktoken>). One takes a second and some memory to get ready, so it is
//! made when it first matters: in the background when what is to be sent comes near the budget, and
//! at the latest when the estimate says that something does not fit. Never in a transaction, where
//! others would wait for it: counting itself makes nothing.

use std::io::Read;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use bpe_openai::Tokenizer;
use bpe_openai::byte_pair_encoding::BytePairEncoding;
use flate2::read::ZlibDecoder;

use crate::store::in_transaction;

/// Tokens for what a protocol puts around each message.
pub const PER_MESSAGE: u64 = 8;
/// No token of these tokenizers is longer.
const LONGEST_TOKEN: u32 = 128;
/// With this factor, no two tokens of either dictionary have the same hash (`bpe-openai`, build.rs).
const HASH_FACTOR: u64 = 17_846_336_922_010_275_747;

/// Models by the first letters of their names, and what counts their tokens; the first match counts.
const FAMILIES: [(&str, CountedBy); 9] = [
    ("gpt-3.5", CountedBy::Cl100k),
    ("gpt-4o", CountedBy::O200k),
    ("gpt-4.", CountedBy::O200k),
    ("gpt-4", CountedBy::Cl100k),
    ("gpt-", CountedBy::O200k),
    ("chatgpt-4o", CountedBy::O200k),
    ("o1", CountedBy::O200k),
    ("o3", CountedBy::O200k),
    ("o4", CountedBy::O200k),
];

/// What counts tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CountedBy {
    /// Nothing: they are estimated.
    #[default]
    Estimate,
    /// The tokenizer of gpt-3.5 and gpt-4.
    Cl100k,
    /// The tokenizer of gpt-4o and what came after it.
    O200k,
}

impl CountedBy {
    /// The best there is for a model.
    pub fn best_for(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        FAMILIES.iter().find(|(start, _)| name.starts_with(start)).map_or(Self::Estimate, |(_, by)| *by)
    }

    /// Its name, as receipts say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Cl100k => "cl100k_base",
            Self::O200k => "o200k_base",
        }
    }

    /// Whether it can count: it is made, or cannot be.
    pub fn is_ready(self) -> bool {
        self.counter().is_none_or(|counter| counter.made.get().is_some())
    }

    /// Makes it ready to count, which takes a second.
    ///
    /// # Panics
    /// In a transaction, where programs are tested: everybody else who writes would wait.
    pub fn get_ready(self) {
        debug_assert!(!in_transaction(), "a tokenizer is made outside of transactions");
        if let Some(counter) = self.counter() {
            counter.made.get_or_init(|| load(counter.dictionary, counter.words));
        }
    }

    /// Makes it ready in the background, if nobody does so already.
    pub fn warm(self) {
        if let Some(counter) = self.counter()
            && !counter.warming.swap(true, Ordering::Relaxed)
        {
            std::thread::spawn(move || self.get_ready());
        }
    }

    /// Tokens of a text; when they are more than `most`, any number above it. Estimated until it is ready.
    pub fn count(self, text: &str, most: u64) -> u64 {
        let tokenizer = self.counter().and_then(|counter| counter.made.get()?.as_ref());
        let Some(tokenizer) = tokenizer else { return estimate(text) };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let counted = tokenizer.count_till_limit(&tokenizer.normalize(text), most);
        counted.map_or_else(|| estimate(text).max(most as u64 + 1), |tokens| tokens as u64)
    }

    /// Tokens that a text of so many bytes has at least.
    pub const fn least(self, bytes: u32) -> u64 {
        match self {
            Self::Estimate => bytes as u64 / 3,
            Self::Cl100k | Self::O200k => bytes as u64 / LONGEST_TOKEN as u64,
        }
    }

    const fn counter(self) -> Option<&'static Counter> {
        match self {
            Self::Estimate => None,
            Self::Cl100k => Some(&CL100K),
            Self::O200k => Some(&O200K),
        }
    }
}

/// Tokens of a text, estimated on the safe side. Never less than a third of its bytes.
pub fn estimate(text: &str) -> u64 {
    let sixths: u64 = text
        .chars()
        .map(|c| match c.len_utf8() {
            1 if c.is_ascii_alphabetic() || c.is_ascii_whitespace() => 2,
            1 => 3,
            2 => 6,
            3 => 9,
            _ => 18,
        })
        .sum();
    sixths.div_ceil(6)
}

/// A tokenizer, once it is made; `None` inside if it cannot be.
struct Counter {
    dictionary: &'static [u8],
    words: &'static str,
    made: OnceLock<Option<Tokenizer>>,
    warming: AtomicBool,
}

impl Counter {
    const fn new(dictionary: &'static [u8], words: &'static str) -> Self {
        Self { dictionary, words, made: OnceLock::new(), warming: AtomicBool::new(false) }
    }
}

static CL100K: Counter = Counter::new(
    include_bytes!("dictionaries/cl100k_base.z"),
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+$",
);

static O200K: Counter = Counter::new(
    include_bytes!("dictionaries/o200k_base.z"),
    concat!(
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|",
        r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+$"
    ),
);

/// Makes a tokenizer from its dictionary, which is ours: how many tokens, the length of each, their
/// bytes one behind the other, deflated. White space is split as a look-ahead would split it.
fn load(dictionary: &[u8], words: &str) -> Option<Tokenizer> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(dictionary).read_to_end(&mut bytes).ok()?;
    let (count, rest) = bytes.split_first_chunk::<4>()?;
    let (lengths, mut rest) = rest.split_at_checked(u32::from_le_bytes(*count) as usize)?;
    let mut tokens = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (token, after) = rest.split_at_checked(usize::from(*length))?;
        tokens.push(token.to_vec());
        rest = after;
    }
    let encoding = BytePairEncoding::from_dictionary(tokens, Some(HASH_FACTOR));
    Tokenizer::new_lookahead(encoding, &[(words, false), (r"\s+\s", true), (r"\s+", false)], false).ok()
}
