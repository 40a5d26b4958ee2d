//! Why a raw record is rejected: a closed list of codes, the stage that said so, and a detail for a person.
//!
//! The codes are part of the contract (`khabar-error-code`); a code never changes its meaning.

use std::fmt;

/// The stages that can reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Decode,
    Parse,
}

impl Stage {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Parse => "parse",
        }
    }
}

macro_rules! codes {
    ($($variant:ident, $stage:ident, $code:literal, $meaning:literal;)*) => {
        /// The closed list of rejection codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $meaning] $variant,)* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value of `khabar-error-code`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The stage that gives this code.
            #[must_use]
            pub const fn stage(self) -> Stage {
                match self { $(Self::$variant => Stage::$stage,)* }
            }

            /// What the code means and what to do, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    Tombstone, Decode, "tombstone", "The value is null; raw topics should not be compacted.";
    EmptyPayload, Decode, "empty_payload", "The value has no bytes, or only white space.";
    PayloadTooLarge, Decode, "payload_too_large", "The value is larger than decode.payload_bytes_max.";
    ContentTooLarge, Decode, "content_too_large", "The content is larger than decode.content_bytes_max once base64 and compression are undone (a compression bomb ends here).";
    CompressionBroken, Decode, "compression_broken", "gzip, zstd or brotli data ends early or is damaged.";
    CompressionUnsupported, Decode, "compression_unsupported", "The stated content encoding is none of gzip, zstd, brotli and identity.";
    Base64Broken, Decode, "base64_broken", "content_base64 is not base64.";
    JsonBroken, Decode, "json_broken", "The value looks like JSON and is not: cut, or with wrong syntax.";
    JsonTooDeep, Decode, "json_too_deep", "The JSON is nested deeper than decode.json_depth_max.";
    EnvelopeInvalid, Decode, "envelope_invalid", "A field of the envelope has the wrong type or an impossible value.";
    EnvelopeWithoutContent, Decode, "envelope_without_content", "The JSON object holds no content: neither envelope fields, nor ninjs, nor what decode.json names.";
    MetaTooLarge, Decode, "meta_too_large", "The envelope's meta is larger than decode.meta_bytes_max.";
    EncodingBroken, Decode, "encoding_broken", "The text is not valid in its stated encoding, and no other fits.";
    ContentTypeUnsupported, Decode, "content_type_unsupported", "The stated content type is none that khabar reads.";
    BinaryContent, Decode, "binary_content", "The value is binary data of no known form.";
    Feed, Decode, "feed_unsupported", "The value is an RSS or Atom feed; split it into articles first (a feed reader).";
    Sitemap, Decode, "sitemap_unsupported", "The value is a sitemap; a crawler should fetch the pages that it lists.";
    Pdf, Decode, "pdf_unsupported", "The value is a PDF; convert it to text or HTML first.";
    Warc, Decode, "warc_unsupported", "The value is a WARC archive; split it into pages first.";
    DecodePanicked, Decode, "decode_panicked", "Decode failed with a bug of khabar; please report the record.";
    DecodeKilled, Decode, "decode_killed", "Decode ended or stalled the process that tried it (stack, memory, a crash or an endless loop); please report the record.";
    NoArticle, Parse, "no_article", "There is no article in the content: no headline and no paragraph.";
    TooDeep, Parse, "html_too_deep", "The page's elements are nested deeper than parse.html_depth_max.";
    TooManyNodes, Parse, "html_too_many_nodes", "The page has more elements than parse.html_nodes_max.";
    ParsePanicked, Parse, "parse_panicked", "Parse failed with a bug of khabar; please report the record.";
    ParseKilled, Parse, "parse_killed", "Parse ended or stalled the process that tried it (stack, memory, a crash or an endless loop); please report the record.";
}

impl Code {
    /// Whether khabar is at fault, and not the record.
    #[must_use]
    pub const fn is_bug(self) -> bool {
        matches!(self, Self::DecodePanicked | Self::ParsePanicked | Self::DecodeKilled | Self::ParseKilled)
    }
}

/// One rejected record's reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Rejection {
    pub code: Code,
    /// For a person; cut to 512 bytes where it leaves in a header.
    pub detail: String,
}

impl Rejection {
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.detail.is_empty() {
            return formatter.write_str(self.code.meaning());
        }
        write!(formatter, "{}: {}", self.code.name(), self.detail)
    }
}
