"""The demo: the service at work beside a stand-in for GitLab, and the main job played as a story."""
