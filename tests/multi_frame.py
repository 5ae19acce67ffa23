"""Enhanced CT objects made of single slices, written by pydicom alone."""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"
LEGACY = "1.2.840.10008.5.1.4.1.1.2.2"


def multi_frame(slices: list[Dataset], *, sop_class: str = ENHANCED) -> Dataset:
    """Return one multi-frame object: geometry, rescale and phase only in functional groups."""
    first = slices[0]
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    for name in (
        "PatientName", "PatientID", "PatientIdentityRemoved", "Modality", "Manufacturer",
        "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SeriesNumber",
        "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated",
        "BitsStored", "HighBit", "PixelRepresentation",
    ):  # fmt: skip
        setattr(ds, name, getattr(first, name))
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.InstanceNumber, ds.NumberOfFrames = 1, len(slices)
    ds.SharedFunctionalGroupsSequence = Sequence([_shared(first)])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_per_frame(one) for one in slices])
    ds.PixelData = b"".join(one.PixelData for one in slices)
    ds["PixelData"].VR = "OW"
    return ds


def _item(**elements: object) -> Sequence:
    item = Dataset()
    for name, value in elements.items():
        setattr(item, name, value)
    return Sequence([item])


def _shared(first: Dataset) -> Dataset:
    group = Dataset()
    group.PixelMeasuresSequence = _item(
        PixelSpacing=first.PixelSpacing, SliceThickness=first.SliceThickness
    )
    group.PlaneOrientationSequence = _item(ImageOrientationPatient=first.ImageOrientationPatient)
    group.CTXRayDetailsSequence = _item(KVP=first.KVP)
    group.CTReconstructionSequence = _item(ConvolutionKernel=first.ConvolutionKernel)
    # A second tube: its voltage is not that of the image.
    group.CTAdditionalXRaySourceSequence = _item(KVP=999)
    return group


def _per_frame(one: Dataset) -> Dataset:
    group = Dataset()
    group.PlanePositionSequence = _item(ImagePositionPatient=one.ImagePositionPatient)
    group.PixelValueTransformationSequence = _item(
        RescaleSlope=one.RescaleSlope, RescaleIntercept=one.RescaleIntercept, RescaleType="HU"
    )
    if "NominalPercentageOfCardiacPhase" in one:
        group.CardiacSynchronizationSequence = _item(
            NominalPercentageOfCardiacPhase=one.NominalPercentageOfCardiacPhase
        )
    return group
