"""What the tests build their stories from: keys, documents, and real git repositories."""
