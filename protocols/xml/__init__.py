"""What protocols in XML share: the one parser, and text made safe to stand between tags."""
