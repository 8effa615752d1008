"""The lower layer: what the notes say. It knows nothing of rag."""
