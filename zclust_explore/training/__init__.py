"""What happens over time: generators that yield progress, and a Trainer that drains them."""
