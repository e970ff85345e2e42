"""Records: case files, referrals, entries, people, attachments, and who looked."""
