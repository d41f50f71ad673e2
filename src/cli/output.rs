//! Where a command writes to.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::Failure;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

/// Standard output, or a file. A file is written beside the one whose name it will have, and gets that when it is whole: what was
/// there before stays until then, and where it does not come to that.
pub struct Output {
    out: BufWriter<Sink>,
}

enum Sink {
    /// What is written as it comes: also what has a name and is no file, such as a pipe.
    Stream(Box<dyn Write + Send>),
    New {
        file: NamedTempFile,
        target: PathBuf,
    },
}

impl Output {
    /// Begins to write to a file, or to standard output where none is named.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn to(path: Option<&str>) -> Result<Self, Failure> {
        let sink = match path {
            None => Sink::Stream(Box::new(io::stdout())),
            Some(path) => Sink::open(Path::new(path)).map_err(|error| format!("{path}: {error}"))?,
        };
        Ok(Self { out: BufWriter::with_capacity(BUFFER, sink) })
    }

    /// Ends it: the file gets its name, once all of it is on the disk.
    ///
    /// # Errors
    /// When what is left cannot be written, or the file cannot get its name.
    pub fn finish(self) -> Result<(), Failure> {
        match self.out.into_inner().map_err(io::IntoInnerError::into_error)? {
            Sink::Stream(mut stream) => stream.flush()?,
            Sink::New { file, target } => {
                file.as_file().sync_all()?;
                file.persist(&target).map_err(|error| format!("{}: {}", target.display(), error.error))?;
            }
        }
        Ok(())
    }
}

impl Sink {
    fn open(path: &Path) -> io::Result<Self> {
        let known = fs::metadata(path).ok();
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            return Ok(Self::Stream(Box::new(File::create(path)?)));
        }
        // What a link leads to is written, and the link stays.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let permissions = known.map_or_else(|| Permissions::from_mode(0o666), |known| known.permissions());
        let mut name = target.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
        name.push(".");
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = Builder::new().prefix(&name).suffix(".new").permissions(permissions).tempfile_in(folder)?;
        Ok(Self::New { file, target })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::New { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::New { file, .. } => file.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
