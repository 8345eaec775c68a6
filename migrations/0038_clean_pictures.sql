-- Pictures in articles: since when they hold nothing that a camera wrote.
ALTER TABLE article_image ADD COLUMN cleaned_at BIGINT;
CREATE INDEX article_image_unclean ON article_image (id) WHERE cleaned_at IS NULL;
