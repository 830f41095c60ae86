"""Messages: values to frames and back, checked against the limits before anything is made of them."""
