"""Care between visits: measures, decisions, holds, contact, tasks, therapies, medicines, the end."""
