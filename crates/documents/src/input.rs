//! A file as it is read here: any place in it, bounded amounts at a time.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem::Finder;

/// Something with bytes that can be read from any place.
pub trait Input: Read + Seek {
    /// How long it is.
    fn length(&mut self) -> io::Result<u64> {
        self.seek(SeekFrom::End(0))
    }

    /// At most so many bytes from a place; fewer at the end.
    fn bytes_at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        self.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        self.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The last bytes, and where they begin.
    fn tail(&mut self, length: usize) -> io::Result<(u64, Vec<u8>)> {
        let begins = self.length()?.saturating_sub(length as u64);
        Ok((begins, self.bytes_at(begins, length)?))
    }

    /// All of it, if it is not longer than that.
    fn whole(&mut self, most: u64) -> io::Result<Option<Vec<u8>>> {
        let length = self.length()?;
        if length > most {
            return Ok(None);
        }
        self.bytes_at(0, length as usize).map(Some)
    }

    /// Which of the needles occur at or after a place; the whole is read once, a piece at a time.
    fn find_all(&mut self, from: u64, needles: &[&[u8]]) -> io::Result<Vec<bool>> {
        const PIECE: usize = 1 << 20;
        let finders: Vec<Finder> = needles.iter().map(Finder::new).collect();
        let overlap = needles.iter().map(|needle| needle.len()).max().unwrap_or(1) - 1;
        let mut found = vec![false; needles.len()];
        self.seek(SeekFrom::Start(from))?;
        let mut window = Vec::with_capacity(PIECE + overlap);
        loop {
            let kept = window.len().min(overlap);
            window.drain(..window.len() - kept);
            if self.take(PIECE as u64).read_to_end(&mut window)? == 0 || found.iter().all(|found| *found) {
                return Ok(found);
            }
            for (found, finder) in found.iter_mut().zip(&finders) {
                *found = *found || finder.find(&window).is_some();
            }
        }
    }
}

impl<T: Read + Seek + ?Sized> Input for T {}
