"""What is seen of each terminal at work, for who looks after them."""
