//! Counting tokens: estimated on the safe side, or with a model family's own tokenizer.
//!
//! The estimate: three letters or spaces of ASCII a token, two digits or signs, one token for a
//! character of two bytes (Cyrillic, Greek, Arabic, ...), one and a half for one of three (Chinese,
//! Japanese, Korean, ...), three for one of four (emoji). Common tokenizers need a quarter to a
//! half less for prose in their own languages.
//!
//! The tokenizers are those of `OpenAI`, whose dictionaries are published
//! (<https://github.com/openai/tiktoken>). One takes a second and some memory to get ready, so it is
//! made when it first matters: when the estimate says that something does not fit.

use std::io::Read;
use std::sync::LazyLock;

use bpe_openai::Tokenizer;
use bpe_openai::byte_pair_encoding::BytePairEncoding;
use flate2::read::ZlibDecoder;

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

    /// Tokens of a text; when they are more than `most`, any number above it.
    pub fn count(self, text: &str, most: u64) -> u64 {
        let Some(tokenizer) = self.tokenizer() else { return estimate(text) };
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

    fn tokenizer(self) -> Option<&'static Tokenizer> {
        match self {
            Self::Estimate => None,
            Self::Cl100k => CL100K.as_ref(),
            Self::O200k => O200K.as_ref(),
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

static CL100K: LazyLock<Option<Tokenizer>> = LazyLock::new(|| {
    let words =
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+$";
    load(include_bytes!("dictionaries/cl100k_base.z"), words)
});

static O200K: LazyLock<Option<Tokenizer>> = LazyLock::new(|| {
    let words = concat!(
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|",
        r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+$"
    );
    load(include_bytes!("dictionaries/o200k_base.z"), words)
});

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
