"""Planning and moving visits, the treatment room, chairs, the waiting list, closing a site, the downtime sheet."""
