"""Rules for containers, images and their surroundings on Amazon ECS."""
