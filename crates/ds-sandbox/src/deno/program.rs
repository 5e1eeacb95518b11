//! Deno, with what it is linked with: all a jail has of the system's programs.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use tokio::process::Command;

use super::{dirs::bind, places::jail};
use crate::jail::plan::{Bind, Mode};

/// The longest path of a dynamic linker.
const LONGEST_PATH: u64 = 4096;
/// `PT_INTERP`: the program header that names the dynamic linker (elf(5)).
const INTERPRETER: u32 = 3;
/// What older C libraries load when they look for names.
const NAME_LIBRARIES: [&str; 2] = ["libnss_dns.so.2", "libresolv.so.2"];

/// What to mount for a program: itself, at [`jail::DENO`], its libraries, and devices that give and take nothing.
pub(super) async fn base(program: &Path) -> io::Result<Vec<Bind>> {
    let program = program.canonicalize()?;
    let mut base = vec![
        bind(&program, jail::DENO, Mode::Execute)?,
        bind(Path::new("/dev/null"), "/dev/null", Mode::Device)?,
        bind(Path::new("/dev/urandom"), "/dev/urandom", Mode::Device)?,
    ];
    let Some(linker) = dynamic_linker(&program)? else {
        return Ok(base);
    };
    let mut libraries = libraries(&linker, &program).await?;
    let beside: Vec<_> = libraries.iter().filter_map(|it| it.parent()).collect();
    let extra = NAME_LIBRARIES
        .iter()
        .flat_map(|name| beside.iter().map(move |dir| dir.join(name)));
    let extra: Vec<_> = extra.filter(|path| path.exists()).collect();
    libraries.extend(extra);
    libraries.push(linker);
    libraries.sort();
    libraries.dedup();
    for library in libraries {
        let to = super::text(&library)?;
        base.push(bind(&library.canonicalize()?, &to, Mode::Execute)?);
    }
    Ok(base)
}

/// The linker named in a program's headers; `None` if it needs none. Little-endian, 64 bits: all that Deno is
/// built for.
fn dynamic_linker(program: &Path) -> io::Result<Option<PathBuf>> {
    let mut file = File::open(program)?;
    let mut header = [0; 64];
    file.read_exact(&mut header)?;
    if header[..6] != *b"\x7fELF\x02\x01" {
        return Err(io::Error::other("it is not a program for this computer"));
    }
    let (at, size) = (long(&header, 32), u64::from(short(&header, 54)));
    for index in 0..u64::from(short(&header, 56)) {
        let mut entry = [0; 56];
        file.seek(SeekFrom::Start(at.saturating_add(index * size)))?;
        file.read_exact(&mut entry)?;
        if word(&entry, 0) != INTERPRETER {
            continue;
        }
        file.seek(SeekFrom::Start(long(&entry, 8)))?;
        let mut path = Vec::new();
        file.take(long(&entry, 32).min(LONGEST_PATH))
            .read_to_end(&mut path)?;
        let path = String::from_utf8_lossy(&path);
        return Ok(Some(PathBuf::from(path.trim_end_matches('\0'))));
    }
    Ok(None)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from(short(bytes, at)) | u32::from(short(bytes, at + 2)) << 16
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(word(bytes, at)) | u64::from(word(bytes, at + 4)) << 32
}

/// Asks the linker which libraries it would load.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
async fn libraries(linker: &Path, program: &Path) -> io::Result<Vec<PathBuf>> {
    let mut command = Command::new(linker);
    let output = command
        .arg("--list")
        .arg(program)
        .env_clear()
        .output()
        .await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "{} says: {said}",
            linker.display()
        )));
    }
    Ok(paths(&String::from_utf8_lossy(&output.stdout)))
}

/// The paths in lines like `libc.so.6 => /lib/libc.so.6 (0x7f…)`. The kernel's own has none.
fn paths(listing: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let (_, found) = line.split_once("=> ")?;
        let (path, _) = found.rsplit_once(" (")?;
        path.starts_with('/').then(|| PathBuf::from(path))
    };
    listing.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_the_linkers_list() {
        let listing = "\tlinux-vdso.so.1 (0x00007f)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\
            \tlibodd.so => not found\n\t/lib64/ld-linux.so.2 (0x00007f)\n";
        assert_eq!(paths(listing), [PathBuf::from("/lib/x/libc.so.6")]);
    }

    #[test]
    fn this_test_is_a_program_with_a_linker_and_a_text_is_not() {
        let linker = dynamic_linker(&std::env::current_exe().unwrap()).unwrap();
        assert!(linker.unwrap().is_absolute());
        let text = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(text.path(), "x".repeat(100)).unwrap();
        assert!(dynamic_linker(text.path()).is_err());
    }
}
