//! Copying one file's content where blocks cannot be shared: its holes stay holes, and it ends soon when it is given
//! up.

use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
};

use rustix::{
    fs::{SeekFrom, copy_file_range, seek},
    io::Errno,
};

use super::Stop;
use crate::Progress;

/// How much is copied between two looks at whether to go on.
const AT_ONCE: u64 = 8 << 20;
/// How much is read at once where the kernel does not copy by itself.
const BUFFER: usize = 256 << 10;
/// What a clone leaves free of a disk, in bytes: the host's own records must go on.
const LEAST_FREE: u64 = 64 << 20;

/// Copies all of a file into an empty one.
pub(super) fn copy(source: &File, target: &File, progress: &dyn Progress) -> Result<(), Stop> {
    let original = source.metadata()?;
    let length = original.len();
    // With holes it takes less room than it is long.
    check_room(target, length.min(original.blocks().saturating_mul(512)))?;
    let mut at = 0;
    while let Some((start, end)) = data_after(source, at, length)? {
        let mut from = start;
        while from < end {
            if progress.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let most = (end - from).min(AT_ONCE);
            check_room(target, most)?;
            let copied = copy_part(source, target, from, most)?;
            progress.advance(copied, 0);
            from += copied;
        }
        at = end;
    }
    // Only a hole at the end is not there yet. Truncating costs the file system work, for each of many files.
    if at < length {
        target.set_len(length)?;
    }
    Ok(())
}

/// The next part of a file that is no hole. A file system that knows of none has no holes.
fn data_after(source: &File, at: u64, length: u64) -> io::Result<Option<(u64, u64)>> {
    if at >= length {
        return Ok(None);
    }
    match seek(source, SeekFrom::Data(at)) {
        Ok(start) if start >= length => Ok(None),
        Ok(start) => {
            let end = seek(source, SeekFrom::Hole(start)).unwrap_or(length);
            let end = if end > start { end } else { length };
            Ok(Some((start, end.min(length))))
        }
        Err(Errno::NXIO) => Ok(None),
        Err(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS) => Ok(Some((at, length))),
        Err(error) => Err(error.into()),
    }
}

/// Copies some of a part; says how much.
fn copy_part(source: &File, target: &File, at: u64, most: u64) -> io::Result<u64> {
    let (mut from, mut to) = (at, at);
    let length = usize::try_from(most).map_err(io::Error::other)?;
    match copy_file_range(source, Some(&mut from), target, Some(&mut to), length) {
        Ok(0)
        | Err(
            Errno::XDEV
            | Errno::INVAL
            | Errno::NOSYS
            | Errno::NOTSUP
            | Errno::PERM
            | Errno::BADF
            | Errno::TXTBSY,
        ) => read_and_write(source, target, at, length),
        Ok(copied) => Ok(copied as u64),
        Err(Errno::INTR) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn read_and_write(source: &File, target: &File, at: u64, most: usize) -> io::Result<u64> {
    let mut buffer = vec![0; most.min(BUFFER)];
    let read = match source.read_at(&mut buffer, at) {
        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        read => read?,
    };
    target.write_all_at(&buffer[..read], at)?;
    Ok(read as u64)
}

/// Refuses to fill the disk. Files may take more room as clones than they do: those with many names.
fn check_room(target: &File, needed: u64) -> io::Result<()> {
    let disk = rustix::fs::fstatvfs(target)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let least = (disk.f_blocks.saturating_mul(disk.f_frsize) / 64).min(LEAST_FREE);
    if needed.saturating_add(least) > free {
        let said = format!("there is no room for {} MiB", needed >> 20);
        return Err(io::Error::new(io::ErrorKind::StorageFull, said));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;
    use crate::NoProgress;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Parts of data at odd places, and holes between and after them.
        #[test]
        fn a_copy_is_equal_whatever_holes_there_are(
            parts in prop::collection::vec((0_u64..2_000_000, 1_usize..70_000, any::<u8>()), 0..6),
            more in 0_u64..300_000,
        ) {
            let (source, target) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
            for (at, length, byte) in parts {
                source.write_all_at(&vec![byte; length], at).unwrap();
            }
            source.set_len(source.metadata().unwrap().len() + more).unwrap();
            copy(&source, &target, &NoProgress).unwrap();
            let read = |file: &File| {
                let mut all = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
                file.read_exact_at(&mut all, 0).unwrap();
                all
            };
            prop_assert!(read(&source) == read(&target));
        }
    }

    #[test]
    fn holes_take_no_room() {
        let (source, target) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        source.set_len(10 << 30).unwrap();
        source.write_all_at(b"in the middle", 5 << 30).unwrap();
        copy(&source, &target, &NoProgress).unwrap();
        let copied = target.metadata().unwrap();
        assert_eq!(copied.len(), 10 << 30);
        assert!(copied.blocks() * 512 < 1 << 20, "{}", copied.blocks());
        let mut there = [0; 13];
        target.read_exact_at(&mut there, 5 << 30).unwrap();
        assert_eq!(&there, b"in the middle");
    }

    #[test]
    fn what_the_kernel_does_not_copy_is_read_and_written() {
        let (source, target) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let content: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        source.write_all_at(&content, 0).unwrap();
        let mut at = 0;
        while at < content.len() {
            let left = content.len() - at;
            at += usize::try_from(read_and_write(&source, &target, at as u64, left).unwrap())
                .unwrap();
        }
        let mut copied = vec![0; content.len()];
        target.read_exact_at(&mut copied, 0).unwrap();
        assert!(copied == content);
        assert!(read_and_write(&source, &target, content.len() as u64, 1).is_err());
    }

    #[test]
    fn one_that_is_given_up_ends_within_a_few_mebibytes() {
        struct GivesUp(AtomicU64);
        impl Progress for GivesUp {
            fn expect(&self, _: u64, _: u64) {}
            fn advance(&self, bytes: u64, _: u64) {
                self.0.fetch_add(bytes, Ordering::SeqCst);
            }
            fn is_cancelled(&self) -> bool {
                self.0.load(Ordering::SeqCst) > 0
            }
        }
        let (source, target) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        source.write_all_at(&vec![1; 3 * (8 << 20)], 0).unwrap();
        let progress = GivesUp(AtomicU64::new(0));
        let stopped = copy(&source, &target, &progress).unwrap_err();
        assert!(matches!(stopped, Stop::Cancelled));
        assert!(progress.0.load(Ordering::SeqCst) <= AT_ONCE);
    }

    #[test]
    fn it_does_not_fill_the_disk() {
        let target = tempfile::tempfile().unwrap();
        let disk = rustix::fs::fstatvfs(&target).unwrap();
        let all = disk.f_bavail * disk.f_frsize;
        let refused = check_room(&target, all).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    }
}
