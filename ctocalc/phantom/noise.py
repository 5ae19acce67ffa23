"""Correlated image noise with the spectrum of filtered back-projection."""

import numpy as np

from ctocalc._arrays import Floats, Floats32


def noise(
    shape_kji: tuple[int, int, int],
    spacing_kji_mm: tuple[float, float, float],
    psf_sigma_kji_mm: Floats,
    *,
    sd_hu: float,
    seed: int,
) -> Floats32:
    """Return noise (K, J, I) of SD ``sd_hu``.

    In plane the power spectrum is ramp x MTF^2, along the slice axis MTF^2, the MTF being that of
    the Gaussian blur.  The expected SD is exact; white noise comes from PCG64(seed).
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    white = rng.standard_normal(shape_kji, dtype=np.float32)
    fk = _frequencies(shape_kji[0], spacing_kji_mm[0])
    fj = _frequencies(shape_kji[1], spacing_kji_mm[1])[:, None]
    fi = _frequencies(shape_kji[2], spacing_kji_mm[2])[None, :]
    sk, sj, si = (float(x) for x in psf_sigma_kji_mm)
    plane = np.sqrt(np.hypot(fj, fi)) * _mtf(fj, sj) * _mtf(fi, si)
    along = _mtf(fk, sk)
    plane = plane / np.sqrt(np.mean(plane**2))
    along = along / np.sqrt(np.mean(along**2))
    half = plane[:, : shape_kji[2] // 2 + 1].astype(np.float32)
    out = np.empty(shape_kji, dtype=np.float32)
    for k in range(shape_kji[0]):
        out[k] = np.fft.irfft2(np.fft.rfft2(white[k]) * half, s=shape_kji[1:])
    kernel = np.real(np.fft.ifft(along))
    mix = np.stack([np.roll(kernel, k) for k in range(shape_kji[0])]).astype(np.float32)
    out = np.tensordot(mix, out, axes=(1, 0))
    return np.asarray(out * np.float32(sd_hu), dtype=np.float32)


def _frequencies(count: int, spacing_mm: float) -> Floats:
    return np.asarray(np.fft.fftfreq(count, spacing_mm), dtype=np.float64)


def _mtf(frequency: Floats, sigma_mm: float) -> Floats:
    return np.asarray(np.exp(-2 * (np.pi * sigma_mm * frequency) ** 2))
