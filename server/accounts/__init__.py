"""Who somebody is: a browser's sign-in, an organiser's passphrase. Nothing about circles."""
