//! The model's file: a head, the transitions, the rows, and a hash over all before it.
//!
//! All numbers are little-endian. `KHABARSQ`, version (u32), labels (u32), bits of a row's number (u32), transitions (i16,
//! row by row of the label before), rows (i8, [`NAMED`] each), hash (xxh3, u64).

use xxhash_rust::xxh3::xxh3_64;

use super::super::memo::Owner;
use super::{LABELS, Model, NAMED, NEIGHBOURS, Neighbours, Row, Transitions};

const MAGIC: &[u8; 8] = b"KHABARSQ";
/// Grows when features, labels or the file change, so that no program reads weights that it would misunderstand.
pub const VERSION: u32 = 3;
const ROW_BITS_MIN: u32 = 8;
const ROW_BITS_MAX: u32 = 24;
const HEAD_BYTES: usize = 20;
const HASH_BYTES: usize = 8;
/// [`LABELS`], as the file has it.
pub(super) const LABELS_WRITTEN: u32 = 9;
const _: () = assert!(LABELS_WRITTEN as usize == LABELS, "both count the labels");

/// Why a file is no model for this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("it is no model of khabar")]
    Magic,
    #[error("it is of version {found}; this program reads version {VERSION}")]
    Version { found: u32 },
    #[error(
        "it has {labels} labels and rows of {row_bits} bits; this program has {LABELS} labels and rows of {ROW_BITS_MIN} to {ROW_BITS_MAX} bits"
    )]
    Shape { labels: u32, row_bits: u32 },
    #[error("it has {found} bytes instead of {expected}: it was cut, or something was added")]
    Length { found: usize, expected: usize },
    #[error("its bytes are not those that were written: its hash differs")]
    Hash,
}

impl Model {
    /// Rounded weights, row by row.
    pub fn new(rows: &[Row], transitions: Transitions<i16>) -> Self {
        debug_assert!(rows.len().is_power_of_two(), "a row's number is the bits of a hash");
        let (rows, _) = rows.as_chunks::<NEIGHBOURS>();
        Self {
            rows: rows.iter().copied().map(Neighbours).collect(),
            transitions,
            memo_owner: Owner::default(),
        }
    }

    /// The file of the model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [VERSION, LABELS_WRITTEN, self.row_bits()] {
            bytes.extend(number.to_le_bytes());
        }
        for weight in self.transitions.iter().flatten() {
            bytes.extend(weight.to_le_bytes());
        }
        let rows = self.rows.iter().flat_map(|neighbours| &neighbours.0);
        bytes.extend(rows.flatten().map(|weight| weight.to_le_bytes()[0]));
        bytes.extend(xxh3_64(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the file of a model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let number = |at: usize| -> Result<u32, ModelError> {
            let bytes =
                bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).ok_or(ModelError::Magic)?;
            Ok(u32::from_le_bytes(bytes))
        };
        if !bytes.starts_with(MAGIC) {
            return Err(ModelError::Magic);
        }
        let (version, labels, row_bits) = (number(8)?, number(12)?, number(16)?);
        if version != VERSION {
            return Err(ModelError::Version { found: version });
        }
        if labels as usize != LABELS || !(ROW_BITS_MIN..=ROW_BITS_MAX).contains(&row_bits) {
            return Err(ModelError::Shape { labels, row_bits });
        }
        let rows_start = HEAD_BYTES + 2 * LABELS * LABELS;
        let hash_start = rows_start + (NAMED << row_bits);
        let expected = hash_start + HASH_BYTES;
        if bytes.len() != expected {
            return Err(ModelError::Length { found: bytes.len(), expected });
        }
        if xxh3_64(&bytes[..hash_start]).to_le_bytes() != bytes[hash_start..] {
            return Err(ModelError::Hash);
        }
        let mut weights = bytes[HEAD_BYTES..rows_start]
            .chunks_exact(2)
            .map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]]));
        let transitions =
            std::array::from_fn(|_| std::array::from_fn(|_| weights.next().unwrap_or_default()));
        let (rows, _) = bytes[rows_start..hash_start].as_chunks::<NAMED>();
        let rows: Vec<Row> = rows.iter().map(|row| row.map(|weight| i8::from_le_bytes([weight]))).collect();
        Ok(Self::new(&rows, transitions))
    }
}
