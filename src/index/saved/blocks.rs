//! A file of blocks, each with its length and its checksum, that replaces another as a whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A file that is being written under a name of its own.
pub struct NewFile {
    path: PathBuf,
    out: BufWriter<File>,
    seed: u64,
}

fn new_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

impl NewFile {
    /// Begins a file that will replace the one at `path`; `None` where another process is writing it just now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, magic: &[u8]) -> io::Result<Option<Self>> {
        let new = new_path(path);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&new)?;
        // Whoever had the lock may have given the file its final name meanwhile.
        let is_ours = file.try_lock().is_ok() && std::fs::metadata(&new)?.ino() == file.metadata()?.ino();
        if !is_ours {
            return Ok(None);
        }
        file.set_len(0)?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        out.write_all(magic)?;
        Ok(Some(Self { path: path.to_owned(), out, seed: 0 }))
    }

    /// Appends a block. What follows the first one holds only together with it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sum = xxh3_64_with_seed(bytes, self.seed);
        self.out.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.out.write_all(&sum.to_le_bytes())?;
        self.out.write_all(bytes)?;
        self.seed = next_seed(self.seed, sum);
        Ok(())
    }

    /// Puts the file in the place of the old one, once all of it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays.
    pub fn finish(self) -> io::Result<()> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(new_path(&self.path), &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// A block is checked with what the one before it was: the order of blocks cannot differ, nor can they be of several files.
const fn next_seed(seed: u64, sum: u64) -> u64 {
    seed.rotate_left(1) ^ sum
}

/// A file that is read block by block.
pub struct OldFile {
    input: BufReader<File>,
    left: u64,
    seed: u64,
    block: Vec<u8>,
}

impl OldFile {
    /// Opens a file; `None` where it begins otherwise.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path, magic: &[u8]) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let left = file.metadata()?.len();
        let mut input = BufReader::with_capacity(1 << 20, file);
        let mut own = vec![0; magic.len()];
        let Some(left) = left.checked_sub(magic.len() as u64) else {
            return Ok(None);
        };
        input.read_exact(&mut own)?;
        Ok((own == magic).then_some(Self { input, left, seed: 0, block: Vec::new() }))
    }

    /// Reads the next block; `None` where it is not whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn take(&mut self) -> io::Result<Option<&[u8]>> {
        let mut numbers = [0; 16];
        let Some(left) = self.left.checked_sub(numbers.len() as u64) else {
            return Ok(None);
        };
        self.input.read_exact(&mut numbers)?;
        let number = |at: usize| numbers[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let (length, sum) = (number(0), number(8));
        let (Some(left), Ok(size)) = (left.checked_sub(length), usize::try_from(length)) else {
            return Ok(None);
        };
        self.left = left;
        self.block.resize(size, 0);
        self.input.read_exact(&mut self.block)?;
        let is_whole = xxh3_64_with_seed(&self.block, self.seed) == sum;
        self.seed = next_seed(self.seed, sum);
        Ok(is_whole.then_some(&self.block))
    }

    /// Whether nothing is left.
    pub const fn is_read(&self) -> bool {
        self.left == 0
    }
}
