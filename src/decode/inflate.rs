//! Compression undone: gzip, zstd and brotli, as stated or by magic bytes, never beyond a limit.

use std::borrow::Cow;
use std::io::Read;

use brotli_decompressor::BrotliDecoderParameter;

use crate::article::Flaw;
use crate::rejection::{Code, Rejection};

use super::clean::is_control_byte;
use super::flaws;
use super::stated::excerpt;

/// Producers compress twice by accident (a compressed page in a compressed record); more is an attack.
const LAYERS_MAX: usize = 2;
/// Names in one stated content encoding, `identity` and unknown ones among them.
const NAMES_MAX: usize = 8;
/// How much is inflated at a time: what may be held above the limit.
const BUFFER_BYTES: usize = 64 * 1024;
/// Concatenated gzip members. Block-wise tools write one per 64 KiB; a million empty ones would only burn time.
const GZIP_MEMBERS_MAX: usize = 1024;
/// zstd's own bounds for the base-2 logarithm of a window.
const ZSTD_WINDOW_LOG: std::ops::RangeInclusive<u32> = 10..=27;
/// How much of the bytes is looked at to tell text from compressed data.
const TEXT_SAMPLE_BYTES: usize = 512;

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B, 0x08];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Zstd,
    /// It has no magic bytes: only where it is stated.
    Brotli,
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "brotli",
        }
    }

    fn of_magic(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(GZIP_MAGIC) {
            Some(Self::Gzip)
        } else if bytes.starts_with(ZSTD_MAGIC) {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// A stated content encoding, and whether it only describes how the page once came over the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatedEncoding<'a> {
    pub text: &'a str,
    /// Copied HTTP headers often outlive the encoding: a name that khabar does not know is then no error, as long
    /// as the bytes are text.
    pub from_wire: bool,
}

/// Undoes what is stated (last one first), then what the magic bytes show; two layers at most.
///
/// Where the bytes lack the magic of what is stated they are taken as they are, with a flaw. Codes:
/// `compression_unsupported`, `compression_broken`, `content_too_large` (above `bytes_max` at any layer).
pub(super) fn undo<'a>(
    bytes: Cow<'a, [u8]>,
    stated: Option<StatedEncoding<'_>>,
    bytes_max: usize,
    flaws: &mut Vec<Flaw>,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let mut bytes = bytes;
    let mut layers = 0;
    if let Some(stated) = stated {
        for coding in codings(stated, &bytes, flaws)?.into_iter().rev() {
            if let Some(inflated) = undo_stated(coding, &bytes, bytes_max, flaws)? {
                bytes = Cow::Owned(inflated);
                layers += 1;
            }
        }
    }
    while let Some(coding) = Coding::of_magic(&bytes) {
        if layers >= LAYERS_MAX {
            return Err(too_many_layers());
        }
        bytes = Cow::Owned(inflate(coding, &bytes, bytes_max, flaws)?);
        layers += 1;
    }
    Ok(bytes)
}

/// A stated encoding of content that is text already: its names are checked, and a flaw says that it was ignored.
pub(super) fn note_ignored(stated: StatedEncoding<'_>, flaws: &mut Vec<Flaw>) -> Result<(), Rejection> {
    for coding in codings(stated, &[], flaws)? {
        flaws.push(Flaw::new(flaws::CONTENT_ENCODING_WRONG).with_detail(coding.name()));
    }
    Ok(())
}

fn codings(
    stated: StatedEncoding<'_>,
    bytes: &[u8],
    flaws: &mut Vec<Flaw>,
) -> Result<Vec<Coding>, Rejection> {
    let mut codings = Vec::new();
    let mut names = 0;
    for name in stated.text.split(',').map(|name| name.trim().to_ascii_lowercase()) {
        match name.as_str() {
            "" | "identity" | "none" => {}
            "gzip" | "x-gzip" => codings.push(Coding::Gzip),
            "zstd" => codings.push(Coding::Zstd),
            "br" | "brotli" => codings.push(Coding::Brotli),
            other if stated.from_wire && looks_like_text(bytes) => {
                flaws.push(Flaw::new(flaws::CONTENT_ENCODING_WRONG).with_detail(excerpt(other)));
            }
            other => {
                let detail =
                    format!("content encoding {:?}; known are gzip, zstd, br, identity", excerpt(other));
                return Err(Rejection::new(Code::CompressionUnsupported, detail));
            }
        }
        names += 1;
        if codings.len() > LAYERS_MAX || names > NAMES_MAX {
            return Err(too_many_layers());
        }
    }
    Ok(codings)
}

/// `None` where the bytes are not what is stated.
fn undo_stated(
    coding: Coding,
    bytes: &[u8],
    bytes_max: usize,
    flaws: &mut Vec<Flaw>,
) -> Result<Option<Vec<u8>>, Rejection> {
    let magic = Coding::of_magic(bytes);
    if magic == Some(coding) {
        return inflate(coding, bytes, bytes_max, flaws).map(Some);
    }
    if coding == Coding::Brotli && magic.is_none() {
        match inflate(coding, bytes, bytes_max, flaws) {
            Err(rejection) if rejection.code == Code::CompressionBroken && looks_like_text(bytes) => {}
            result => return result.map(Some),
        }
    }
    flaws.push(Flaw::new(flaws::CONTENT_ENCODING_WRONG).with_detail(coding.name()));
    Ok(None)
}

/// Compressed data of any length worth the name has control bytes among its first few hundred.
fn looks_like_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(TEXT_SAMPLE_BYTES)];
    !sample.iter().any(|byte| is_control_byte(*byte))
}

fn inflate(
    coding: Coding,
    bytes: &[u8],
    bytes_max: usize,
    flaws: &mut Vec<Flaw>,
) -> Result<Vec<u8>, Rejection> {
    let mut inflated = Vec::new();
    match coding {
        Coding::Gzip => gunzip(bytes, bytes_max, &mut inflated, flaws)?,
        Coding::Zstd => {
            let broken = |error: std::io::Error| zstd_error(&error);
            let mut decoder = zstd::stream::read::Decoder::with_buffer(bytes).map_err(broken)?;
            decoder.window_log_max(window_log_max(bytes_max)).map_err(broken)?;
            read_bounded(&mut decoder, bytes_max, &mut inflated, zstd_error)?;
        }
        Coding::Brotli => {
            let mut decoder = brotli_decompressor::Decompressor::new(bytes, BUFFER_BYTES);
            // Large windows (up to 1 GiB) are no part of the content encoding `br`, and would be allocated at once.
            decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
            read_bounded(&mut decoder, bytes_max, &mut inflated, |error| broken(Coding::Brotli, error))?;
        }
    }
    Ok(inflated)
}

/// All members of a gzip file. NULs after the last one are padding; anything else there is ignored with a flaw.
fn gunzip(
    bytes: &[u8],
    bytes_max: usize,
    inflated: &mut Vec<u8>,
    flaws: &mut Vec<Flaw>,
) -> Result<(), Rejection> {
    let mut decoder = flate2::bufread::GzDecoder::new(bytes);
    for _ in 0..GZIP_MEMBERS_MAX {
        read_bounded(&mut decoder, bytes_max, inflated, |error| broken(Coding::Gzip, error))?;
        let rest: &[u8] = decoder.get_ref();
        if !rest.starts_with(GZIP_MAGIC) {
            if rest.iter().any(|byte| *byte != 0) {
                let detail = rest.len().to_string();
                flaws.push(Flaw::new(flaws::COMPRESSION_TRAILING_BYTES).with_detail(detail));
            }
            return Ok(());
        }
        decoder.reset(rest);
    }
    Err(Rejection::new(
        Code::CompressionBroken,
        format!("gzip: more than {GZIP_MEMBERS_MAX} members; compress the article as one"),
    ))
}

/// Reads to the end into `inflated`, whose capacity never exceeds `bytes_max` by more than one buffer.
fn read_bounded(
    reader: &mut impl Read,
    bytes_max: usize,
    inflated: &mut Vec<u8>,
    to_rejection: impl Fn(&std::io::Error) -> Rejection,
) -> Result<(), Rejection> {
    let capacity_max = bytes_max.saturating_add(BUFFER_BYTES);
    loop {
        let length = inflated.len();
        if length > bytes_max {
            return Err(Rejection::new(
                Code::ContentTooLarge,
                format!("more than {bytes_max} bytes inflated"),
            ));
        }
        if inflated.capacity() < length + BUFFER_BYTES {
            let wanted = (length * 2).max(length + BUFFER_BYTES).min(capacity_max);
            inflated.reserve_exact(wanted - length);
        }
        inflated.resize(length + BUFFER_BYTES, 0);
        let read = reader.read(&mut inflated[length..]);
        match read {
            Ok(count) => {
                inflated.truncate(length + count);
                if count == 0 {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => inflated.truncate(length),
            Err(error) => return Err(to_rejection(&error)),
        }
    }
}

/// The smallest window that holds `bytes_max`: what needs a larger one would be too large, or waste memory.
fn window_log_max(bytes_max: usize) -> u32 {
    let log = usize::BITS - bytes_max.saturating_sub(1).leading_zeros();
    log.clamp(*ZSTD_WINDOW_LOG.start(), *ZSTD_WINDOW_LOG.end())
}

fn zstd_error(error: &std::io::Error) -> Rejection {
    // The library has no other way to tell this error from damaged data than its text.
    if error.to_string().contains("too much memory") {
        return Rejection::new(
            Code::ContentTooLarge,
            "zstd: its window is larger than decode.content_bytes_max",
        );
    }
    broken(Coding::Zstd, error)
}

fn broken(coding: Coding, error: &std::io::Error) -> Rejection {
    Rejection::new(Code::CompressionBroken, format!("{}: {error}", coding.name()))
}

fn too_many_layers() -> Rejection {
    Rejection::new(Code::CompressionUnsupported, format!("compressed more than {LAYERS_MAX} times"))
}
