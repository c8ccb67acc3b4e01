"""The only doors to the outside: GitLab, the disk, the configuration files, the templates."""
