"""What people are sent: written before it is sent, composed when it is, and sent until it arrived."""
