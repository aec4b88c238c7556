"""Reminders by Web Push, for whoever turned them on. What is sent says nothing."""
