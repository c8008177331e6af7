"""The profiles that come with the desk: one YAML file each."""
