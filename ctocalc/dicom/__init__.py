"""The DICOM rim: the only place that imports pydicom."""
