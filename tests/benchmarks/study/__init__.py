"""What the clustering study is made of: data sets with known labels, methods, and results that are kept."""
