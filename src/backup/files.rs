//! Files that get their name when they are whole, and their digests.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{BackupError, Result};

/// A file that is written beside the one whose name it will have, which is removed if it does not come to that. Only its
/// owner may read it, since a backup holds what readers are not shown.
pub struct NewFile {
    target: PathBuf,
    path: PathBuf,
    file: File,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn open(new: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = options.write(true).mode(0o600).open(new)?;
    file.try_lock()?;
    Ok(file)
}

impl NewFile {
    /// Begins the file, in the place of what a run that was killed has left.
    ///
    /// # Errors
    /// When it cannot be written, or another process is writing it.
    pub fn claim(path: &Path) -> Result<Self> {
        let new = beside(path, ".new");
        // A tool that outlived the run that began it may still write to the old one, and keeps it to itself.
        let left = open(&new, OpenOptions::new().create(true).truncate(false));
        let file = left.and_then(|_lock| {
            remove(&new);
            open(&new, OpenOptions::new().create_new(true))
        });
        match file {
            Ok(file) => Ok(Self { target: path.to_owned(), path: new, file }),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::AlreadyExists) => {
                Err(BackupError::Refused(format!("another process is writing {}", new.display())))
            }
            Err(error) => Err(BackupError::File { file: new, error }),
        }
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, once all of it is on the disk, and puts its digest beside it; tells how many bytes it has.
    ///
    /// # Errors
    /// When that fails, or the name was given meanwhile and may not be taken.
    pub fn place(self, force: bool, digest: Option<&str>) -> Result<u64> {
        let beside_it = beside(&self.target, DIGEST);
        let place = || {
            self.file.sync_all()?;
            if !force && self.target.try_exists()? {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            // A file without its digest is less than one with that of another.
            if digest.is_some() {
                fs::remove_file(&beside_it).or_else(unless_missing)?;
            }
            fs::rename(&self.path, &self.target)?;
            if let Some(digest) = digest {
                let name = self.target.file_name().unwrap_or(OsStr::new("")).to_string_lossy();
                let mut out = File::create(&beside_it)?;
                out.write_all(format!("{digest}  {name}\n").as_bytes())?;
                out.sync_all()?;
            }
            let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(self.file.metadata()?.len())
        };
        place().map_err(BackupError::file(&self.target))
    }

    /// Fills the file with another one, and tells the digest of that.
    ///
    /// # Errors
    /// When the one cannot be read or the other not written.
    pub fn fill(&mut self, from: &Path) -> Result<String> {
        let input = File::open(from).map_err(BackupError::file(from))?;
        hashed(input, Some(&mut self.file)).map_err(BackupError::file(from))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Where it has got its name there is none of the old.
        remove(&self.path);
    }
}

/// Removes a file that was being written, and what SQLite keeps beside it.
fn remove(new: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let file = beside(new, suffix);
        if let Err(error) = fs::remove_file(&file).or_else(unless_missing) {
            log::warn!("{}: {error}", file.display());
        }
    }
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// What is added to the name of a file to name the one with its digest, in the form that `sha256sum --check` takes.
const DIGEST: &str = ".sha256";

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> Result<String> {
    let file = File::open(path).map_err(BackupError::file(path))?;
    hashed(file, None).map_err(BackupError::file(path))
}

fn hashed(mut input: File, mut copy: Option<&mut File>) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = input.read(&mut buffer)?;
        if length == 0 {
            return Ok(HEXLOWER.encode(&digest.finalize()));
        }
        digest.update(&buffer[..length]);
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..length])?;
        }
    }
}

/// Compares a file's digest with the one beside it; false where there is none.
///
/// # Errors
/// When it is another one, or cannot be read.
pub fn is_digest_beside(path: &Path, digest: &str) -> Result<bool> {
    let beside_it = beside(path, DIGEST);
    let mut text = String::new();
    let read = File::open(&beside_it).and_then(|file| BufReader::new(file).take(4096).read_to_string(&mut text));
    match read {
        Ok(_) if text.split_whitespace().next() == Some(digest) => Ok(true),
        Ok(_) => {
            Err(BackupError::damaged(path, format!("its SHA-256 is {digest}, not the one in {}", beside_it.display())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(BackupError::File { file: beside_it, error }),
    }
}
